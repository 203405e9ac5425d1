package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.spring.app.Greeting;
import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.stereotype.Controller;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** One application with everything that a developer can add, on Boot's embedded Tomcat, seen by a client of bytes. */
@DisplayName("an application on the embedded Tomcat")
class EmbeddedTomcatTest {
    private static TestServer server;

    /** Sends its name and closes. */
    record NamedProtocol(String name) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(name));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) this::serve);
        }

        private void serve(BlockingConnection connection) throws IOException {
            connection.output().write((name + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    @Configuration
    @EnableWebSocket
    @EnableWebSocketMessageBroker
    static class Beans implements WebSocketConfigurer, WebSocketMessageBrokerConfigurer {
        private int prototypes;

        @Bean
        NamedProtocol first() {
            return new NamedProtocol("first/1");
        }

        @Bean
        NamedProtocol second() {
            return new NamedProtocol("second/1");
        }

        @Bean
        @Scope("prototype")
        PrototypeEndpoint prototype() {
            return new PrototypeEndpoint("made by a bean method " + ++prototypes);
        }

        @Bean
        Gate noGuests() {
            return (request, candidate) -> request.query().contains("guest") ? Optional.of(new Decision.Refuse(403, "no guests")) : Optional.empty();
        }

        @Bean
        ChangeoverCustomizer customized(List<NamedProtocol> all) {
            return changeover -> changeover.path("/both").offer(all.toArray(UpgradeProtocol[]::new)).required();
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            TextWebSocketHandler handler = new TextWebSocketHandler() {
                @Override
                protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
                    session.sendMessage(new TextMessage("spring " + message.getPayload()));
                }
            };
            registry.addHandler(handler, "/handler");
            registry.addHandler(handler, "/sock").withSockJS();
        }

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/stomp");
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            registry.enableSimpleBroker("/topic");
            registry.setApplicationDestinationPrefixes("/app");
        }

        /** Answers a query. */
        @Controller
        static class Greetings {
            @QueryMapping
            String greeting() {
                return "hello by GraphQL";
            }
        }

        /** Shouts to a topic. */
        @Controller
        static class Shouts {
            @MessageMapping("/shout")
            @SendTo("/topic/shouts")
            String shout(String words) {
                return words.toUpperCase(java.util.Locale.ROOT);
            }
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.start(List.of(TestApplication.class, Beans.class), "changeover.path[/second].protocols=second/1", "spring.graphql.websocket.path=/graphql", "changeover.path[/page].protocols=h2c");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    @DisplayName("an @UpgradeEndpoint is found, gets its beans by its constructor, and has one instance for each connection, which is destroyed")
    void upgradeEndpoint() throws IOException {
        int before = server.context.getBean(Greeting.class).ended().get();
        for (int i = 0; i < 2; i++) {
            try (Wire wire = server.upgrade("/lines/garden", "line/1")) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readLine()).isEqualTo("Welcome to garden\n");
                assertThat(wire.send("hello\n").readLine()).isEqualTo("1 hello\n");
                wire.shutdownOutput();
                assertThat(wire.readLine()).isEqualTo("BYE\n");
                assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            }
        }
        await().untilAsserted(() -> assertThat(server.context.getBean(Greeting.class).ended().get()).isEqualTo(before + 2));
    }

    @Test
    @DisplayName("an @UpgradeEndpoint that is declared as a prototype bean is made as declared")
    void prototypeBean() throws IOException {
        for (int i = 1; i <= 2; i++) {
            try (Wire wire = server.upgrade("/prototype", "prototype/1")) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readLine()).isEqualTo("made by a bean method " + i + "\n");
            }
        }
    }

    /** Says how it was made. */
    @UpgradeEndpoint(value = "/prototype", protocol = "prototype/1")
    public static final class PrototypeEndpoint implements ConnectionHandler.Blocking {
        private final String how;

        PrototypeEndpoint(String how) {
            this.how = how;
        }

        @Override
        public void serve(BlockingConnection connection) throws IOException {
            connection.output().write((how + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
    }

    @Test
    @DisplayName("two protocol beans of one class are two protocols; a path is offered by a property or by a customizer")
    void protocolBeans() throws IOException {
        try (Wire wire = server.upgrade("/second", "second/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("second/1\n");
        }
        try (Wire wire = server.upgrade("/both", "first/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("first/1\n");
        }
        Head head = server.headOf("/both", "third/1");
        assertThat(head.status()).isEqualTo(426);
        assertThat(head.only("Upgrade")).isEqualTo("first/1, second/1");
    }

    @Test
    @DisplayName("a Gate bean checks every path and every WebSocket handshake")
    void gateBean() throws IOException {
        assertThat(server.headOf("/lines/garden?guest", "line/1").status()).isEqualTo(403);
        assertThat(server.headOf("/second?guest", "second/1").status()).isEqualTo(403);
        for (String path : List.of("/echo/x?guest", "/handler?guest", "/stomp?guest")) {
            try (WebSocketWire socket = server.webSocket(path)) {
                assertThat(socket.head.status()).as(path).isEqualTo(403);
            }
        }
    }

    @Test
    @DisplayName("a @ServerEndpoint bean is served by Changeover, with beans and an instance for each session")
    void serverEndpoint() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (WebSocketWire socket = server.webSocket("/echo/garden")) {
                assertThat(socket.head.status()).isEqualTo(101);
                assertThat(socket.text()).isEqualTo("Welcome to garden");
                assertThat(socket.send("hello").text()).isEqualTo("1 hello");
            }
        }
    }

    @Test
    @DisplayName("a WebSocketHandler of Spring, also as SockJS' websocket transport")
    void springHandler() throws IOException {
        for (String path : List.of("/handler", "/sock/websocket")) {
            try (WebSocketWire socket = server.webSocket(path)) {
                assertThat(socket.head.status()).as(path).isEqualTo(101);
                assertThat(socket.send("hello").text()).isEqualTo("spring hello");
            }
        }
        try (WebSocketWire socket = server.webSocket("/sock/000/abcdefgh/websocket")) {
            assertThat(socket.text()).isEqualTo("o");
            assertThat(socket.send("[\"hello\"]").text()).isEqualTo("a[\"spring hello\"]");
        }
    }

    @Test
    @DisplayName("STOMP: a message of one client reaches the subscription of another")
    void stomp() throws IOException {
        try (WebSocketWire one = server.webSocket("/stomp", "Sec-WebSocket-Protocol: v12.stomp\r\n"); WebSocketWire other = server.webSocket("/stomp", "Sec-WebSocket-Protocol: v12.stomp\r\n")) {
            assertThat(one.head.only("Sec-WebSocket-Protocol")).isEqualTo("v12.stomp");
            for (WebSocketWire each : List.of(one, other)) {
                assertThat(each.send("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0").text()).startsWith("CONNECTED\nversion:1.2\n");
            }
            other.send("SUBSCRIBE\nid:0\ndestination:/topic/shouts\n\n\0");
            String received = "";
            for (int i = 0; i < 40 && received.isEmpty(); i++) {        // Spring processes the messages of different clients in any order
                one.send("SEND\ndestination:/app/shout\n\nhello\0");
                received = other.textWithin(Duration.ofMillis(250));
            }
            assertThat(received).startsWith("MESSAGE\n").contains("destination:/topic/shouts\n").endsWith("\n\nHELLO\0");
        }
    }

    @Test
    @DisplayName("Spring for GraphQL over WebSocket")
    void graphQl() throws IOException {
        try (WebSocketWire socket = server.webSocket("/graphql", "Sec-WebSocket-Protocol: graphql-transport-ws\r\n")) {
            assertThat(socket.head.only("Sec-WebSocket-Protocol")).isEqualTo("graphql-transport-ws");
            assertThat(socket.send("{\"type\":\"connection_init\"}").text()).contains("connection_ack");
            assertThat(socket.send("{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{greeting}\"}}").text()).contains("hello by GraphQL");
        }
    }

    @Test
    @DisplayName("HTTP/2 by upgrade, whose requests return to the connector of the embedded Tomcat")
    void h2c() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        URI page = URI.create("http://127.0.0.1:" + server.port + "/page");
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo("a page");
        }
    }

    @Test
    @DisplayName("a page of another origin is rejected with 403 and a sentence")
    void foreignOrigin() throws IOException {
        try (WebSocketWire socket = server.webSocket("/echo/x", "Origin: https://evil.example\r\n")) {
            assertThat(socket.head.status()).isEqualTo(403);
            assertThat(socket.wire.readBodyText(socket.head)).contains("https://evil.example");
        }
    }

    @Test
    @DisplayName("endpoints are offered although beans are initialized lazily")
    void lazyInitialization() throws IOException {
        try (TestServer lazy = TestServer.start(List.of(TestApplication.class), "spring.main.lazy-initialization=true"); WebSocketWire socket = lazy.webSocket("/echo/x")) {
            assertThat(socket.text()).isEqualTo("Welcome to x");
            assertThat(lazy.headOf("/lines/garden", "line/1").status()).isEqualTo(101);
        }
    }

    @Test
    @DisplayName("ordinary requests are served as without Changeover")
    void ordinaryRequests() throws IOException, InterruptedException {
        assertThat(server.request("GET", "/page").body()).isEqualTo("a page");
        assertThat(server.headOf("/page", "line/1").status()).isEqualTo(200);
        assertThat(server.request("GET", "/none").statusCode()).isEqualTo(404);
    }
}
