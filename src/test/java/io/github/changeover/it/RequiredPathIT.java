package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks that the content of a required path is never sent without a switch: for any spelling of the path, and over any HTTP version. */
@OnContainer
@EmbeddedOnly
class RequiredPathIT {
    private static final int FEW = 400, MANY = Integer.getInteger("required.spellings", 1_000);
    private static final List<String> SPELT = List.of("/only", "/only/", "//only", "/only//", "/only/.", "/only/./", "/./only", "/x/../only", "/only/x/..", "/only;a=b", "/only;a=b/",
            "/only/;a", "/;a/only", "/%6fnly", "/o%6Ely/.", "/only%2f", "/only%2F.", "/only%5c", "\\only", "/only\\", "/only/%2e", "/%2e/only", "/x/%2e%2e/only", "/x/..;/only", "/only/.;x",
            "/only/;/.", "/only?x", "/only/?x", "/only#x", "/%2fonly", "/%252fonly", "/only%252f", "/only%3bx", "/only%3B", "/only/..;/only", "/only%00", "/only%20", "/only.", "/only..",
            "/ONLY", "/only/%c0%ae", "/only%c0%af", "/only%ef%bc%8f", "/below", "/below/x", "/below/./x", "/below//x", "/x/../below/x", "/below;a/x", "/below%2fx", "/%62elow/x",
            "/below/../below/x", "/below/x/..", "/below/x/../y", "/below\\x");
    private static final List<String> PARTS = List.of("/", "//", "only", "below", "x", ".", "..", ";", ";a=b", "%2f", "%2F", "%2e", "%2E", "%5c", "\\", "%3b", "%25", "%252e", "%6fnly",
            "onl%79", "?", "%20", "%00", "%c0%ae", "ONLY", "/only", "/below/", "/.", "/..", "/x");

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        deployTo(container);
    }

    private static void deployTo(ContainerUnderTest container) {
        container.deploy(War.with("spelled").app("spelled").protocolLibraries()
                .file("WEB-INF/classes/META-INF/services/io.github.changeover.spi.UpgradeProtocol", "spelled.Echo\n")
                .set("changeover.path./only.protocols", "foo/2").set("changeover.path./only.required", "true")
                .set("changeover.path./below/*.protocols", "foo/2").set("changeover.path./below/*.required", "true")
                .set("changeover.path./secure/page.protocols", "TLS/1.2").set("changeover.path./secure/page.required", "true")
                .set("changeover.path./*.protocols", "foo/2")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), "/spelled");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/spelled");
    }

    // ---- spellings

    @Test
    @DisplayName("S11: no spelling of a required path reaches the protected content (the usual ones and some generated)")
    void noSpellingReachesTheProtectedContent(ContainerUnderTest container) throws IOException {
        Set<String> paths = new LinkedHashSet<>(SPELT);
        paths.addAll(generated(FEW));
        assertProtected(container, paths);
    }

    @Test
    @Tag("full")
    @OnceOnTomcat
    @EmbeddedOnly
    @DisplayName("S11: no spelling of a required path reaches the protected content (many)")
    void noneOfManySpellingsReachesTheProtectedContent(ContainerUnderTest container) throws IOException {
        assertProtected(container, generated(MANY));
    }

    private static Set<String> generated(int count) {
        Random random = new Random(11);
        Set<String> paths = new LinkedHashSet<>();
        while (paths.size() < count) {
            StringBuilder path = new StringBuilder("/");
            for (int i = 1 + random.nextInt(7); i > 0; i--) path.append(PARTS.get(random.nextInt(PARTS.size())));
            paths.add(path.toString());
        }
        return paths;
    }

    private static void assertProtected(ContainerUnderTest container, Set<String> paths) throws IOException {
        assertThat(ask(container, "/free/page")).as("the application answers").contains("page /free/page");
        List<String> told = new ArrayList<>();
        Wire wire = null;
        try {
            for (String path : paths) {
                for (int round = 0; round < 2; round++) {       // on a connection that was used before, containers reuse buffers
                    if (wire == null) wire = Wire.connect(container.http());
                    try {
                        wire.send("GET /spelled" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                        Head head = wire.readHead();
                        String body = wire.readBodyText(head);
                        if (body.contains("SECRET")) told.add(path + " " + head.statusLine() + " " + body);
                        if ("close".equals(head.only("Connection")) || head.status() == 400) wire = closed(wire);
                    } catch (IOException | AssertionError ended) {
                        wire = closed(wire);
                    }
                }
            }
        } finally {
            if (wire != null) wire.close();
        }
        assertThat(told).isEmpty();
    }

    private static Wire closed(Wire wire) throws IOException {
        wire.close();
        return null;
    }

    private static String ask(ContainerUnderTest container, String path) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send("GET /spelled" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            return wire.readToEnd().text();
        }
    }

    /**
     * Grizzly resolves a path that ends in {@code /.} or {@code /..} by writing a slash after its end, and fails if the buffer ends there: Payara
     * logs an ArrayIndexOutOfBoundsException and sends an empty 200 before any filter runs. If the buffer of an earlier, longer request is reused,
     * the path is resolved, and the rule applies.
     */
    @Test
    @PayaraOnly
    @DisplayName("S11: Payara answers a path that ends in /. with an empty 200, or resolves it, and then the rule applies")
    void pathWithATrailingDotIsResolvedOrEmpty(ContainerUnderTest container) throws IOException {
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < 40; i++) {
            for (String path : List.of("/only/.", "/only/x/..")) {
                String answer = ask(container, path);
                String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
                seen.add(answer.substring(9, 12) + (body.isEmpty() ? " empty" : body.startsWith("This resource requires") ? " refused" : " " + body));
            }
        }
        assertThat(seen).isSubsetOf("200 empty", "426 refused");
    }

    // ---- versions

    private static final List<String> CLEAR = List.of("GET /spelled/secure/page HTTP/1.0\r\n\r\n", "GET /spelled/secure/page HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n",
            "POST /spelled/secure/page HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", "GET /spelled/only HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");

    @Test
    @DisplayName("H1: a required path is answered 505 over HTTP/1.0, 426 over HTTP/1.1, never with the protected content")
    void requiredPathOverHttp1IsRejected(ContainerUnderTest container) throws IOException {
        for (String request : CLEAR) assertRejected(container, request, 505);
        assertRejected(container, "GET /spelled/secure/page HTTP/1.1\r\nHost: localhost\r\n\r\n", 426);
        assertRejected(container, "HEAD /spelled/secure/page HTTP/1.1\r\nHost: localhost\r\n\r\n", 426);
        assertRejected(container, "OPTIONS /spelled/secure/page HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: foo/2\r\n\r\n", 426);
        try (Wire wire = Wire.connect(container.https()).send("GET /spelled/secure/page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            assertThat(wire.readToEnd().text()).as("over TLS it is what is required").contains("SECRET");
        }
    }

    private static void assertRejected(ContainerUnderTest container, String request, int status) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(request)) {
            Head head = wire.readHead();
            assertThat(head.status()).as(request).isEqualTo(status);
            if (!request.startsWith("HEAD")) assertThat(wire.readBodyText(head)).doesNotContain("SECRET").contains("is set to required");
        }
    }

    @Test
    @PayaraOnly
    @DisplayName("H1: it is answered 505 over HTTP/2, by prior knowledge and after Upgrade: h2c of the container")
    void requiredPathOverPayarasHttp2Is505(ContainerUnderTest container) throws IOException {
        assertRejectedOverHttp2(container);
    }

    @Test
    @TomcatOnly
    @EmbeddedOnly
    @DisplayName("H1: it is answered 505 over HTTP/2 on Tomcat")
    void requiredPathOverTomcatsHttp2Is505(ContainerUnderTest container) throws IOException {
        try (ContainerUnderTest http2 = Containers.start(container.name() + Containers.HTTP2, ListenerPorts.any())) {
            deployTo(http2);
            assertRejectedOverHttp2(http2);
        }
    }

    private static void assertRejectedOverHttp2(ContainerUnderTest container) throws IOException {
        for (String path : List.of("/spelled/secure/page", "/spelled/only", "/spelled/only/")) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(Http2Wire.MAGIC);
            all.writeBytes(Http2Wire.frame(Http2Wire.SETTINGS, 0, 0, new byte[0]));
            all.writeBytes(Http2Wire.frame(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, 1, Http2Wire.indexedRequest("GET", path)));
            try (Http2Wire http = Http2Wire.on(Wire.connect(container.http()).send(all.toByteArray()))) {
                assertRejected(path + " by prior knowledge", http);
            }
            try (Http2Wire http = Http2Wire.upgrade(container, path, 3, 100).preface()) {
                assertRejected(path + " by upgrade", http);
            }
        }
    }

    private static void assertRejected(String what, Http2Wire http) throws IOException {
        List<Http2Wire.Http2Frame> frames = http.readUntil(frame -> frame.stream() == 1 && frame.ends());
        assertThat(Http2Wire.text(frames, 1)).as("%s %s", what, frames).contains("repeat the request over HTTP/1.1").doesNotContain("SECRET");
    }
}
