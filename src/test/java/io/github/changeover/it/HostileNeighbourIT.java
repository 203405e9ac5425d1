package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that requests inside a switched connection never reach another application on the same server, however their path is written. The other applications
 * record every request that they get. {@code -Dchangeover.spellings=5000} checks this number of generated paths, each over h2c and over TLS.
 */
@OnContainer
@EmbeddedOnly
@Tag("full")
@NotOnTomcatServletEdge
class HostileNeighbourIT {
    private static final int COUNT = Integer.getInteger("changeover.spellings", 400);
    private static final long SEED = Long.getLong("changeover.spellings.seed", 11);
    private static final String[] NEIGHBOURS = {"/other", "/app2", "/app/admin"};

    private static War recording(String context) {
        String name = "recording" + context.replace('/', '-');
        return War.plain(name).app("recording").set("name", context.isEmpty() ? "root" : context);
    }

    private static void deployOurs(ContainerUnderTest container, String context) {
        container.deploy(War.with("ours" + context.replace('/', '-')).app("recording").protocolLibraries().set("name", "ours")
                .set("changeover.path./h2c.protocols", "h2c").set("changeover.path./tls.protocols", "TLS/1.2").set("changeover.linger", "500ms")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), context);
    }

    @BeforeAll
    static void deployNeighbours(ContainerUnderTest container) {
        for (String context : NEIGHBOURS) container.deploy(recording(context).build(), context);
    }

    @AfterAll
    static void undeployNeighbours(ContainerUnderTest container) {
        for (String context : NEIGHBOURS) container.undeploy(context);
    }

    @Nested
    @DisplayName("S1: beside an application with a context path")
    class WithContextPath extends NeighbourTests {
        static ContainerUnderTest server;

        @BeforeAll
        static void deploy(ContainerUnderTest container) {
            container.deploy(recording("").build(), "");
            deployOurs(container, "/app");
            server = container.withoutHttp2();
        }

        @AfterAll
        static void undeploy(ContainerUnderTest container) {
            container.undeploy("/app");
            container.undeploy("");
        }

        WithContextPath() {
            super(server, "/app", "");
        }
    }

    @Nested
    @DisplayName("S1: beside an application at the root")
    class AtTheRoot extends NeighbourTests {
        static ContainerUnderTest server;

        @BeforeAll
        static void deploy(ContainerUnderTest container) {
            container.deploy(recording("/app").build(), "/app");
            deployOurs(container, "");
            server = container.withoutHttp2();
        }

        @AfterAll
        static void undeploy(ContainerUnderTest container) {
            container.undeploy("");
            container.undeploy("/app");
        }

        AtTheRoot() {
            super(server, "", "/app");
        }
    }

    /** The tests, for our application at a given context path. */
    abstract static class NeighbourTests {
        private final ContainerUnderTest server;
        private final String ours;
        private final List<String> others;

        NeighbourTests(ContainerUnderTest server, String ours, String other) {
            this.server = server;
            this.ours = ours;
            this.others = new ArrayList<>(Arrays.asList(NEIGHBOURS));
            others.add(other);
        }

        /** What an application has recorded since the last call. */
        private String recorded(String context) throws IOException {
            try (Wire wire = Wire.connect(server.http()).send(RawHttp.get(context + "/", "X-Record: 1", "Connection: close"))) {
                return RawHttp.readResponse(wire).body();
            }
        }

        private void forgetAll() throws IOException {
            recorded(ours);
            for (String other : others) recorded(other);
        }

        private void assertNoNeighbourReceived(List<String> paths) throws IOException {
            for (String other : others) {
                assertThat(recorded(other)).as("seen by the application at \"%s\"; asked for were %s", other, paths.size() > 20 ? paths.size() + " paths" : paths).isEmpty();
            }
        }

        private void assertOurApplicationSawTheClient(int... ports) throws IOException {
            for (String line : recorded(ours).lines().toList()) {
                assertThat(line).doesNotContainIgnoringCase("changeover-inner");
                assertThat(Arrays.stream(ports).anyMatch(port -> line.contains(" remote=127.0.0.1:" + port))).as("the client's port in: %s", line).isTrue();
            }
        }

        /** The response on a stream. Its status is not decoded, because the body is sufficient. */
        private static String http2(Http2Wire http, int stream, String path) throws IOException {
            http.get(stream, path);
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == stream && frame.ends() || frame.type() == Http2Wire.GOAWAY);
            Http2Frame last = answer.get(answer.size() - 1);
            if (last.type() == Http2Wire.GOAWAY) throw new AssertionError("GOAWAY " + last.error() + " after " + path);
            return last.type() == Http2Wire.RST ? "reset " + last.error() : Http2Wire.text(answer, stream);
        }

        /** If our application has responded, it must have served exactly the requested path: without parameters and query, decoded once. */
        private void assertOursAndUnchanged(String target, String body) {
            if (!body.startsWith("application")) return;
            String path = URLDecoder.decode(target.replaceAll("[?;].*", "").replace("+", "%2B"), UTF_8).substring(ours.length());
            assertThat(new String(body.getBytes(ISO_8859_1), UTF_8)).as(target).isEqualTo("application 'ours' serves " + (path.isEmpty() ? "null" : path));
        }

        private static String kind(String body) {
            return body.startsWith("application") ? body.substring(0, body.indexOf(" serves")) : body.startsWith("reset") ? body : body.strip().replaceAll("(?s)'.*'", "...").replaceAll("(?s)(.{50}).*", "$1...");
        }

        @ParameterizedTest(name = "S1: GET {0} over h2c")
        @ValueSource(strings = {"//other/page", "///other/page", "//other;x/page", "/other/page", "/other;x/page", "/other%3bx/page", "/;/other/page", "/app//admin/page", "//app2", "/app2/page",
            "/app/admin/page", "/app/admin;x/page", "/app/admin", "/app/x;/../admin/page", "/app/../other/page", "/./other/page", "/other%2fpage", "/%6fther/page", "/other\\page", "//", "/app/..../other/page",
            "/page/..../other/page", "/page/...../app2/%20", "/app/x/.../..../app2/page"})
        void neighbourIsNotReached(String path) throws IOException {
            forgetAll();
            try (Http2Wire http = Http2Wire.upgrade(server, ours + "/h2c", 3, 100).preface()) {
                assertThat(http2(http, 3, path)).doesNotStartWith("application");
            }
            assertNoNeighbourReceived(List.of(path));
        }

        @Test
        @DisplayName("S1: generated paths over h2c reach no other application and reveal no mark")
        void generatedPathsOverHttp2ReachNoNeighbour() throws IOException {
            forgetAll();
            Map<String, Integer> kinds = new TreeMap<>();
            List<String> paths = new RandomPaths(SEED).next(COUNT);
            for (int from = 0; from < paths.size(); from += 100) {
                List<String> some = paths.subList(from, Math.min(paths.size(), from + 100));
                try (Http2Wire http = Http2Wire.upgrade(server, ours + "/h2c", 3, 100).preface()) {
                    for (int i = 0; i < some.size(); i++) {
                        String body = http2(http, 3 + 2 * i, some.get(i));
                        assertOursAndUnchanged(some.get(i), body);
                        kinds.merge(kind(body), 1, Integer::sum);
                    }
                    assertNoNeighbourReceived(some);
                    assertOurApplicationSawTheClient(http.wire().localPort());
                }
            }
            printKinds("h2c", kinds);
        }

        @Test
        @DisplayName("S1: generated paths over TLS reach no other application and reveal no mark")
        void generatedPathsOverTlsReachNoNeighbour() throws IOException {
            forgetAll();
            Map<String, Integer> kinds = new TreeMap<>();
            List<String> paths = new RandomPaths(SEED + 1).next(COUNT);
            Wire clear = null;
            Wire wire = null;
            int from = 0;
            try {
                for (int i = 0; i < paths.size(); i++) {
                    if (wire == null) {
                        clear = Wire.connect(server.http()).send(RawHttp.upgrade(ours + "/tls", "TLS/1.2"));
                        assertThat(clear.readHead().status()).isEqualTo(101);
                        wire = clear.startTls();
                        RawHttp.readResponse(wire);
                        from = i;
                    }
                    RawHttp.RawResponse answer = RawHttp.readResponse(wire.send(RawHttp.get(paths.get(i))));
                    String body = answer.body();
                    assertOursAndUnchanged(paths.get(i), body);
                    kinds.merge(answer.status() + " " + kind(body) + (answer.status() == 400 ? " " + paths.get(i) : ""), 1, Integer::sum);
                    boolean closes = "close".equalsIgnoreCase(answer.head().only("Connection"));
                    if (closes || i - from == 99 || i == paths.size() - 1) {
                        assertNoNeighbourReceived(paths.subList(from, i + 1));
                        assertOurApplicationSawTheClient(clear.localPort());
                        clear.close();
                        wire = null;
                    }
                }
            } finally {
                if (clear != null) clear.close();
            }
            printKinds("TLS", kinds);
        }

        private void printKinds(String over, Map<String, Integer> kinds) {
            System.out.printf("hostile neighbour: %s, ours at \"%s\", %d spellings over %s (seed %d):%n", server.name(), ours, COUNT, over, SEED);
            kinds.forEach((kind, count) -> System.out.printf("    %5d  %s%n", count, kind));
            assertThat(kinds.keySet()).anyMatch(kind -> kind.contains("application 'ours'")).anyMatch(kind -> !kind.contains("application 'ours'"));
        }

        @Test
        @DisplayName("S1: a request that is aborted at once is never seen as a request of the server machine")
        void abortedRequestIsNotSeenAsLocal() throws Exception {
            forgetAll();
            Wire wire = Wire.connectFrom("127.0.0.2", server.http());
            try (Http2Wire http = Http2Wire.upgrade(wire, "GET", ours + "/h2c", new int[] {3, 100}).preface()) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                for (int stream = 3; stream < 303; stream += 2) {
                    all.writeBytes(Http2Wire.frame(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, stream, Http2Wire.request("GET", ours + "/given-up")));
                    all.writeBytes(Http2Wire.frame(Http2Wire.RST, 0, stream, Http2Wire.number(8)));
                }
                wire.send(all.toByteArray());
                http.send(Http2Wire.PING, 0, 0, new byte[8]).first(frame -> frame.type() == Http2Wire.PING);
                assertThat(http2(http, 501, ours + "/last")).startsWith("application 'ours'");
            }
            StringBuilder seen = new StringBuilder();
            for (String some = recorded(ours); !some.isEmpty(); some = recorded(ours)) {
                seen.append(some);
                Thread.sleep(200);      // no event shows that no other request is on its way
            }
            assertThat(seen.toString().lines()).isNotEmpty().allSatisfy(line -> assertThat(line).containsPattern("remote=(127\\.0\\.0\\.2:|0\\.0\\.0\\.0:0)"));
        }

        @Test
        @DisplayName("S1: an application that is deployed later, below ours, is not reached")
        void laterApplicationIsNotReached(@SuppressWarnings("unused") ContainerUnderTest container) throws IOException {
            forgetAll();
            try (Http2Wire http = Http2Wire.upgrade(server, ours + "/h2c", 3, 100).preface()) {
                assertThat(http2(http, 3, ours + "/later/page")).startsWith("application 'ours'");
                container.deploy(recording(ours + "/later").build(), ours + "/later");
                try {
                    assertThat(http2(http, 5, ours + "/later/page")).doesNotStartWith("application");
                    assertThat(http2(http, 7, ours + "/late/page")).startsWith("application 'ours'");
                    assertThat(recorded(ours + "/later")).isEmpty();
                } finally {
                    container.undeploy(ours + "/later");
                }
                assertThat(http2(http, 9, ours + "/later/page")).startsWith("application 'ours'");
            }
        }
    }
}
