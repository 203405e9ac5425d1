package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.topics.TopicEvent;
import io.github.changeover.topics.TopicListener;
import io.github.changeover.topics.Topics;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

@DisplayName("topics in a Spring application")
class TopicBeansTest {
    private static TestServer server;

    @Configuration
    @EnableWebSocket
    @Import({Room.class, News.class, Events.class})
    static class Beans implements WebSocketConfigurer {
        private final Topics topics;

        Beans(Topics topics) {
            this.topics = topics;
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new TextWebSocketHandler() {
                @Override
                public void afterConnectionEstablished(WebSocketSession session) {
                    topics.member(((NativeWebSocketSession) session).getNativeSession(Session.class)).join("news");
                }
            }, "/handler");
        }

        @Bean
        FakeRelay relay() {
            return new FakeRelay();
        }

        @Bean
        TopicListener recorder(Events events) {
            return events.ofListener::add;
        }
    }

    /** Its clients are members of a topic. */
    @ServerEndpoint("/rooms/{room}")
    public static class Room {
        private final Topics topics;

        public Room(Topics topics) {
            this.topics = topics;
        }

        @OnOpen
        public void opened(Session session, @PathParam("room") String room) {
            topics.member(session).join(room);
        }
    }

    /** Publishes. */
    @RestController
    static class News {
        private final Topics topics;

        News(Topics topics) {
            this.topics = topics;
        }

        @GetMapping("/publish")
        String publish(String text) {
            topics.topic("news").publish(text);
            return "published";
        }
    }

    /** Records events as application events and as those of a listener. */
    static class Events {
        private final Queue<TopicEvent.Joined> joined = new ConcurrentLinkedQueue<>();
        private final Queue<TopicEvent.RelayChanged> relay = new ConcurrentLinkedQueue<>();
        private final Queue<TopicEvent> ofListener = new ConcurrentLinkedQueue<>();

        @EventListener
        void joined(TopicEvent.Joined event) {
            joined.add(event);
        }

        @EventListener
        void relayChanged(TopicEvent.RelayChanged event) {
            relay.add(event);
        }
    }

    /** A relay to no other node, whose connection the test loses and restores. */
    static final class FakeRelay implements RelayFactory, Relay {
        private volatile Receiver receiver;
        private volatile String relayName;

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public Relay create(Environment environment) {
            relayName = environment.relayName();
            return this;
        }

        @Override
        public void start(Receiver started) {
            receiver = started;
        }

        @Override
        public void interest(String channel, boolean interested) {
        }

        @Override
        public void publish(String channel, byte[] message) {
        }

        @Override
        public void close() {
        }
    }

    @BeforeAll
    static void start() {
        server = TestServer.start(List.of(TestApplication.class, Beans.class), "changeover.relay=fake", "spring.application.name=newspaper", "changeover.health.path=/health", "management.endpoints.web.exposure.include=*",
                "management.endpoint.health.show-details=always");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String body(String path) throws Exception {
        return server.request("GET", path).body();
    }

    @Test
    @DisplayName("a @ServerEndpoint bean and a WebSocketHandler of Spring join, a controller publishes, and the events are those of a listener and of Spring")
    void membersOfBothKindsGetWhatAControllerPublishes() throws Exception {
        Events events = server.context.getBean(Events.class);
        try (WebSocketWire jakarta = server.webSocket("/rooms/news"); WebSocketWire spring = server.webSocket("/handler")) {
            await().untilAsserted(() -> assertThat(events.joined).hasSize(2));
            assertThat(events.ofListener).containsAll(events.joined);
            assertThat(body("/publish?text=hello")).isEqualTo("published");
            assertThat(jakarta.text()).isEqualTo("hello");
            assertThat(spring.text()).isEqualTo("hello");
            assertThat(body("/actuator/changeover")).contains("\"topics\":{\"topics\":1,\"members\":2,\"published\":1,\"dropped\":0}", "\"relay\":{\"name\":\"fake\",\"state\":\"");
            assertThat(body("/actuator/changeover/topics")).isEqualTo("[{\"name\":\"news\",\"members\":2,\"membersOfAllNodes\":2,\"dropped\":0}]");
        }
    }

    @Test
    @DisplayName("channels of the relay have the name of the application, not the display name that all applications have")
    void nameOfTheRelayIsThatOfTheApplication() {
        assertThat(server.context.getBean(FakeRelay.class).relayName).isEqualTo("newspaper");
    }

    @Test
    @DisplayName("the health stays UP while a relay, which is a bean, is down")
    void relayThatIsDownDoesNotChangeTheHealth() throws Exception {
        Events events = server.context.getBean(Events.class);
        await().untilAsserted(() -> assertThat(events.relay).as("although it was connected before the beans were made").containsExactly(new TopicEvent.RelayChanged(true)));
        Relay.Receiver receiver = server.context.getBean(FakeRelay.class).receiver;
        assertThat(body("/actuator/health/changeover")).contains("\"relay\":{\"name\":\"fake\",\"state\":\"up\",\"nodes\":0}", "\"topics\":");
        receiver.connected(false);
        try {
            assertThat(body("/actuator/health/changeover")).contains("\"relay\":{\"name\":\"fake\",\"state\":\"down\",\"nodes\":0}", "\"status\":\"UP\"");
            assertThat(server.request("GET", "/health").statusCode()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(events.relay).endsWith(new TopicEvent.RelayChanged(false)));
        } finally {
            receiver.connected(true);
        }
    }
}
