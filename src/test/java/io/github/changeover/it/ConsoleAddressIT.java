package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TomcatAtStart;
import io.github.changeover.it.container.TomcatAtStart.Listener;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the address of the console in the log of a server that starts with the application in it. */
@OnContainer
@TomcatOnly
@OnceOnTomcat
@EmbeddedOnly
class ConsoleAddressIT {
    private static ContainerUnderTest container;
    private static Path war;

    @BeforeAll
    static void pack(ContainerUnderTest running) {
        container = running;
        war = War.with("addressed").app("foreign").set("changeover.console", "true").build();
    }

    private static int countInLog(String text) {
        return container.log().split(Pattern.quote(text), -1).length - 1;
    }

    private static int status(URI server, String path, String... fields) throws IOException {
        try (Wire wire = Wire.connect(server).send(RawHttp.get(path, fields))) {
            return wire.readHead().status();
        }
    }

    @Test
    @DisplayName("S2: the address is logged at start, with http if there is a cleartext connector")
    void addressIsLoggedAtStart() throws IOException {
        try (TomcatAtStart tomcat = TomcatAtStart.with("address-two", "/address-two", war, Listener.TLS, Listener.CLEAR, Listener.CLEAR)) {
            URI address = ConsoleLogin.address(container, "/address-two");
            assertThat(address.toString()).startsWith(tomcat.address(1) + "/address-two/console/?token=");
            String token = address.getQuery().substring("token=".length());
            assertThat(status(tomcat.address(1), "/address-two/console/", ConsoleLogin.cookie(tomcat.address(1), "/address-two", token))).isEqualTo(200);
            assertThat(ConsoleLogin.cookie(tomcat.address(2), "/address-two", token)).as("the token is valid at every connector").isNotEmpty();
            assertThat(countInLog(token)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S2: the address uses https if there is only TLS")
    void addressUsesTlsIfThereIsNothingElse() {
        try (TomcatAtStart tomcat = TomcatAtStart.with("address-tls", "/address-tls", war, Listener.TLS)) {
            assertThat(ConsoleLogin.address(container, "/address-tls").toString()).startsWith(tomcat.address(0) + "/address-tls/console/?token=");
        }
    }

    @Test
    @DisplayName("S2: if no port is known at start, the address is logged at the first request from this machine, once, with the port of the connector")
    void addressIsLoggedAtTheFirstLocalRequest() throws IOException {
        try (TomcatAtStart tomcat = TomcatAtStart.with("address-late", "/address-late", war, Listener.LATE); TransparentProxy proxy = TransparentProxy.to(tomcat.address(0))) {
            URI server = tomcat.address(0);
            assertThat(container.log()).contains("The console is enabled at /address-late/console/, but its port is not known yet").doesNotContain("/address-late/console/?token=");
            assertThat(status(server, "/address-late/console/", "Via: 1.1 proxy")).isEqualTo(403);
            assertThat(container.log()).as("no other path makes it advertise").doesNotContain("/address-late/console/?token=");
            try (Wire wire = Wire.connect(proxy.http()).send("GET /address-late/console/ HTTP/1.1\r\nHost: localhost:1\r\n\r\n")) {
                assertThat(wire.readHead().status()).isEqualTo(403);
            }
            URI address = ConsoleLogin.address(container, "/address-late");
            assertThat(address.toString()).as("with any Host").startsWith(server + "/address-late/console/?token=");
            String token = address.getQuery().substring("token=".length());
            for (int i = 0; i < 3; i++) assertThat(status(server, "/address-late/console/")).isEqualTo(403);
            assertThat(status(server, "/address-late/console/", ConsoleLogin.cookie(server, "/address-late", token))).isEqualTo(200);
            assertThat(countInLog(token)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S2: a request over cleartext HTTP/2 of Tomcat is rejected with the cookie and with the token")
    void requestOverTomcatsHttp2IsRejected() throws IOException {
        try (TomcatAtStart tomcat = TomcatAtStart.with("address-http2", "/address-http2", war, Listener.HTTP2)) {
            String token = ConsoleLogin.token(container, "/address-http2");
            String cookie = ConsoleLogin.cookie(tomcat.address(0), "/address-http2", token);
            Wire wire = Wire.connect(tomcat.address(0));
            try (Http2Wire http = Http2Wire.upgrade(wire, "GET", "/address-http2/none", new int[] {3, 100}).preface()) {
                http.send(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, 3,
                        Http2Wire.indexedRequest("GET", "/address-http2/console/api/about", "cookie", cookie.substring(8)));
                List<Http2Wire.Http2Frame> frames = http.readUntil(frame -> frame.stream() == 3 && frame.ends());
                assertThat(Http2Wire.text(frames, 3)).contains("only from this machine");
                http.send(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, 5, Http2Wire.indexedRequest("GET", "/address-http2/console/?token=" + token));
                assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 5 && frame.ends()), 5)).contains("only from this machine");
            }
        }
    }
}
