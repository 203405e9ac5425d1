package io.github.changeover.it.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Frames;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks WebSocket through HAProxy and nginx, with the files in deploy/: the demo trusts no proxy, another application does. */
@Tag("proxy")
class WebSocketProxyIT {
    private static final String TRUSTING = "/trusting/streams";
    private static final List<AutoCloseable> STARTED = new ArrayList<>();

    enum ReverseProxy { HAPROXY, NGINX, NGINX_THAT_SAYS_FORWARDED }

    @BeforeAll
    static void start() throws IOException {
        ContainerUnderTest tomcat = Containers.start("tomcat11", ListenerPorts.any());
        STARTED.add(tomcat);
        tomcat.deploy(Path.of(System.getProperty("changeover.war")), "");
        tomcat.deploy(War.with("trusting").webSocket().app("endpoints").set("changeover.trusted-proxies", "127.0.0.1").build(), "/trusting");
        haproxy = Haproxy.start(tomcat.http(), tomcat.http(), "/index.html");
        STARTED.add(haproxy);
        nginx = nginx("nginx", tomcat, text -> text);
        forwarded = nginx("nginx-forwarded", tomcat, text -> text.replace("X-Forwarded-Host $http_host;", "Forwarded 'for=\"$remote_addr\";host=\"$http_host\";proto=$scheme';")
                .replace("proxy_set_header X-Forwarded-Proto $scheme;", ""));
        endsTls = nginx("nginx-tls", tomcat, text -> text.replace("X-Forwarded-Proto $scheme;", "X-Forwarded-Proto https;"));
    }

    private static Haproxy haproxy;
    private static Nginx nginx;
    private static Nginx forwarded;
    private static Nginx endsTls;

    private static Nginx nginx(String name, ContainerUnderTest node, UnaryOperator<String> variant) throws IOException {
        Nginx started = Nginx.start(name, node.http(), variant);
        STARTED.add(started);
        return started;
    }

    @AfterAll
    static void stop() throws Exception {
        for (int i = STARTED.size() - 1; i >= 0; i--) STARTED.get(i).close();
    }

    private static URI address(ReverseProxy proxy) {
        return switch (proxy) {
            case HAPROXY -> haproxy.http();
            case NGINX -> nginx.http();
            case NGINX_THAT_SAYS_FORWARDED -> forwarded.http();
        };
    }

    /** Sends a handshake as a browser does: Host is the authority of the address. */
    private static Wire ask(URI proxy, String path, String... fields) throws IOException {
        return Wire.connect(proxy).send(Frames.handshake(path, fields).replace("Host: localhost", "Host: " + proxy.getAuthority()));
    }

    @ParameterizedTest
    @EnumSource
    @Covers({"RFC6455-4.2.1-04", "RFC6455-5.5.1-01"})
    void messagesAndCloseHandshakePassThrough(ReverseProxy proxy) throws IOException {
        try (Wire wire = ask(address(proxy), "/echo", "Sec-WebSocket-Protocol: v2.echo, v1.echo")) {
            Head head = wire.readHead();
            assertThat(head.status()).as("%s", head).isEqualTo(101);
            assertThat(head.only("Sec-WebSocket-Protocol")).isEqualTo("v2.echo");
            assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            byte[] bytes = new byte[1 << 20];
            assertThat(Frames.read(wire.send(Frames.text("hello")))).hasToString("81 hello");
            assertThat(Frames.read(wire.send(Frames.of(0x82, bytes))).payload()).isEqualTo(bytes);
            assertThat(Frames.read(wire.send(Frames.close(4001, "enough")))).hasToString("88 4001 enough");
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.bytes()).isEmpty();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Covers("RFC6455-4.2.2-01")
    void sameOriginIsAcceptedBehindATrustedProxy(ReverseProxy proxy) throws IOException {
        URI address = address(proxy);
        try (Wire wire = ask(address, TRUSTING, "Origin: " + address)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(Frames.read(wire.send(Frames.text("olleh")))).hasToString("81 hello");
        }
        assertRejected(address, TRUSTING, "Origin: http://evil.example");
        assertRejected(address, TRUSTING, "Origin: " + address.toString().replace("http:", "https:"));
    }

    /** The application without trusted proxies sees {@code Host: nodes} behind nginx. HAProxy does not change Host. */
    @Test
    @Covers("RFC6455-4.2.2-01")
    void rejectionBehindAnUntrustedProxyNamesTheSetting() throws IOException {
        assertRejected(nginx.http(), "/echo", "Origin: " + nginx.http());
        assertRejected(forwarded.http(), "/echo", "Origin: " + forwarded.http());
        try (Wire wire = ask(haproxy.http(), "/echo", "Origin: " + haproxy.http())) {
            assertThat(wire.readHead().status()).isEqualTo(101);
        }
    }

    private static void assertRejected(URI proxy, String path, String origin) throws IOException {
        try (Wire wire = ask(proxy, path, origin)) {
            Head head = wire.readHead();
            assertThat(head.status()).as("%s", head).isEqualTo(403);
            assertThat(wire.readBodyText(head)).contains(origin.replace("Origin: ", "Origin '") + "' is rejected: the origin of this application is http", "the setting changeover.trusted-proxies");
        }
    }

    @Test
    @Covers("RFC6455-4.2.2-01")
    void originIsHttpsBehindAProxyThatTerminatesTls() throws IOException {
        String authority = endsTls.http().getAuthority();
        try (Wire wire = ask(endsTls.http(), TRUSTING, "Origin: https://" + authority)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
        }
        assertRejected(endsTls.http(), TRUSTING, "Origin: http://" + authority);
        assertRejected(endsTls.http(), "/echo", "Origin: https://" + authority);
    }

    /** nginx sends {@code Connection: upgrade} with every request. */
    @Test
    void ordinaryRequestStaysOrdinary() throws IOException {
        try (Wire wire = Wire.connect(nginx.http()).send("GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).contains("<h1>Changeover</h1>");
        }
    }
}
