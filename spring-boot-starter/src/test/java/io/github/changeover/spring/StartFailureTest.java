package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.spring.ambiguous.AmbiguousEndpoint;
import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.spring.incomplete.IncompleteEndpoint;
import io.github.changeover.spring.jetty.JettyApplication;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

@DisplayName("a start that fails says which property is wrong")
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            changeover.idle=soon                         | The property changeover.idle is 'soon'.                       | a number with ms, s, m or h
            changeover.queue.max=many                    | The property changeover.queue.max is 'many'.                  | a whole number
            changeover.path[/lines/x].protocols=()       | The property changeover.path[/lines/x].protocols is '()'.     | protocols separated by commas
            changeover.idel=5m                           | There is no property changeover.idel.                         | Did you mean changeover.idle?
            changeover.path[/lines/x].role=member        | There is no property changeover.path[/lines/x].role.          | Did you mean changeover.path[/lines/x].roles?
            changeover.path./lines.idle=5m               | There is no property changeover.path.                         | A path is written in brackets
            changeover.websocket.origins=nonsense        | The property changeover.websocket.origins is 'nonsense'.      | origins separated by commas
            """)
    void invalidProperty(String property, String description, String action, CapturedOutput output) {
        assertThatThrownBy(() -> TestServer.start(List.of(TestApplication.class), property).close());
        assertThat(output.getOut()).contains("APPLICATION FAILED TO START", description, action).doesNotContain("\tat ");
    }

    /** An application with an endpoint that cannot be made. */
    @Configuration
    @AutoConfigurationPackage(basePackageClasses = IncompleteEndpoint.class)
    static class Incomplete {
    }

    @Test
    @DisplayName("an @UpgradeEndpoint whose constructor needs a missing bean stops the start, not the first connection")
    void missingBean(CapturedOutput output) {
        assertThatThrownBy(() -> TestServer.start(List.of(TestApplication.class, Incomplete.class)).close());
        assertThat(output.getOut()).contains("Parameter 0 of constructor in " + IncompleteEndpoint.class.getName() + " required a bean of type 'java.time.Clock' that could not be found.");
    }

    /** An application with an endpoint that has two constructors. */
    @Configuration
    @AutoConfigurationPackage(basePackageClasses = AmbiguousEndpoint.class)
    static class Ambiguous {
    }

    @Test
    void severalConstructors() {
        assertThatThrownBy(() -> TestServer.start(List.of(TestApplication.class, Ambiguous.class)).close())
                .hasMessageContaining(AmbiguousEndpoint.class.getName() + " has several constructors: annotate the one that Spring is to use with @Autowired");
    }

    @Test
    @DisplayName("an embedded Jetty is not supported: the analysis says what to use or to set")
    void unsupportedWebServer(CapturedOutput output) {
        assertThatThrownBy(() -> TestServer.start(List.of(JettyApplication.class)).close());
        assertThat(output.getOut()).contains("APPLICATION FAILED TO START", "This container is not supported: org.eclipse.jetty.", "set changeover.container=off to start without protocols");
    }

    @Test
    @DisplayName("changeover.container=off starts on Jetty, with one warning")
    void offStartsOnJetty(CapturedOutput output) throws Exception {
        try (TestServer server = TestServer.start(List.of(JettyApplication.class), "changeover.container=off")) {
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(404);
        }
        assertThat(output.getOut().lines().filter(line -> line.contains(" WARN ") && line.contains("changeover"))).hasSize(1);
    }

    @Test
    void offStartsWithoutProtocols() throws Exception {
        try (TestServer server = TestServer.start(List.of(TestApplication.class), "changeover.container=off")) {
            assertThat(server.request("GET", "/page").body()).isEqualTo("a page");
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(404);
            try (WebSocketWire socket = server.webSocket("/echo/x", "Origin: https://evil.example\r\n")) {
                assertThat(socket.head.status()).as("not exported to Tomcat's engine, which would not check the origin").isEqualTo(404);
            }
        }
    }

    @Test
    void disabledStartsWithoutChangeover() throws Exception {
        try (TestServer server = TestServer.start(List.of(TestApplication.class), "changeover.enabled=false")) {
            assertThat(server.context.getServletContext().getFilterRegistrations()).doesNotContainKey("changeover-outer");
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(404);
        }
    }
}
