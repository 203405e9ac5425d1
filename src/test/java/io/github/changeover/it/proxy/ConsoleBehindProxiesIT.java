package io.github.changeover.it.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.ConsoleLogin;
import io.github.changeover.it.Frames;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the console behind HAProxy and nginx on the same machine, each with only the server's address, and with a configuration that forwards upgrades. */
@Tag("proxy")
class ConsoleBehindProxiesIT {
    private static ContainerUnderTest tomcat;
    private static Haproxy haproxy;
    private static Nginx plain, upgrading;

    @BeforeAll
    static void start() throws IOException {
        tomcat = Containers.start("tomcat11", ListenerPorts.any());
        tomcat.deploy(War.demo("console-behind").set("changeover.console", "true").build(), "");
        haproxy = Haproxy.minimal(tomcat.http());
        plain = nginx("nginx-plain", "");
        upgrading = nginx("nginx-upgrading", "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;");
    }

    private static Nginx nginx(String name, String more) throws IOException {
        return Nginx.start(name, tomcat.http(), text -> {
            Matcher listen = Pattern.compile("listen 127\\.0\\.0\\.1:[0-9]+;").matcher(text);
            if (!listen.find()) throw new AssertionError(text);
            return "events { } http { access_log off; client_body_temp_path body; proxy_temp_path proxy; server { " + listen.group()
                    + " location / { proxy_pass http://" + tomcat.http().getAuthority() + "; " + more + " } } }";
        });
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : new AutoCloseable[] {haproxy, plain, upgrading, tomcat}) {
            try {
                if (each != null) each.close();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    /** @param local whether its requests look like those of a browser on this machine */
    record ProxyCase(String name, URI http, boolean local) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<ProxyCase> proxies() {
        return Stream.of(new ProxyCase("HAProxy with nothing but a server", haproxy.http(), true), new ProxyCase("nginx with nothing but proxy_pass", plain.http(), false),
                new ProxyCase("nginx that passes Host and Upgrade on", upgrading.http(), true));
    }

    private static Head head(ProxyCase proxy, Message message) throws IOException {
        try (Wire wire = Wire.connectFrom("127.0.0.2", proxy.http).send(message)) {
            return wire.readHead();
        }
    }

    @ParameterizedTest(name = "S2: {0} gives no access without the token")
    @MethodSource("proxies")
    void requestsWithoutTheTokenAreRejected(ProxyCase proxy) throws IOException {
        assertThat(head(proxy, Message.of("GET /index.html")).status()).isEqualTo(200);
        for (String path : new String[] {"/console/", "/console/api/about", "/console/api/state", "/console/?token=x"}) {
            assertThat(head(proxy, Message.of("GET " + path)).status()).as(path).isEqualTo(403);
        }
        assertThat(head(proxy, Message.of("POST /console/api/drain", "X-Changeover-Token: x").content(new byte[0], Message.Framing.LENGTH)).status()).isEqualTo(403);
        try (Wire wire = Wire.connectFrom("127.0.0.2", proxy.http).send(Frames.handshake("/console/live", "Origin: http://localhost"))) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
    }

    @ParameterizedTest(name = "S2: {0}: the token gives access only if the proxy cannot be distinguished from a browser on this machine")
    @MethodSource("proxies")
    void tokenIsAcceptedOnlyThroughTransparentProxies(ProxyCase proxy) throws IOException {
        Head head = head(proxy, Message.of("GET /console/?token=" + ConsoleLogin.token(tomcat, "")));
        assertThat(head.status()).isEqualTo(proxy.local ? 302 : 403);
        assertThat(head.has("Set-Cookie")).isEqualTo(proxy.local);
    }
}
