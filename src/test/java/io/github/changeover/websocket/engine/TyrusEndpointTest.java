package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.websocket.WebSocketExtension;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The calls of an endpoint's Configurator, and the effect of their results. */
class TyrusEndpointTest {
    /** An endpoint that does nothing. */
    public static final class Silent extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
        }
    }

    /** An annotated endpoint with all attributes. */
    @ServerEndpoint(value = "/annotated", subprotocols = "annotated", configurator = OfAnnotation.class)
    public static final class Annotated {
        @OnMessage
        public void heard(String text) {
        }
    }

    /** The configurator of the annotation. */
    public static final class OfAnnotation extends ServerEndpointConfig.Configurator {
        @Override
        public List<jakarta.websocket.Extension> getNegotiatedExtensions(List<jakarta.websocket.Extension> installed, List<jakarta.websocket.Extension> requested) {
            return requested;
        }
    }

    private static final class Choosing extends ServerEndpointConfig.Configurator {
        private final List<jakarta.websocket.Extension> answer;
        private final List<String> asked = new ArrayList<>();

        Choosing(List<jakarta.websocket.Extension> answer) {
            this.answer = answer;
        }

        @Override
        public List<jakarta.websocket.Extension> getNegotiatedExtensions(List<jakarta.websocket.Extension> installed, List<jakarta.websocket.Extension> requested) {
            asked.add(installed.stream().map(jakarta.websocket.Extension::getName).toList() + " " + requested.stream().map(each -> each.getName() + each.getParameters().size()).toList());
            return answer;
        }
    }

    private static WebSocketExtension offered(String name) {
        return new WebSocketExtension(name, List.of(new WebSocketExtension.Parameter("p", Optional.of("1"))));
    }

    private static jakarta.websocket.Extension named(String name) {
        return new ExtensionChoice.Named(name, List.of());
    }

    private static ServerEndpointConfig.Builder config(Class<?> type) {
        return ServerEndpointConfig.Builder.create(type, "/elsewhere").extensions(List.of(named("one")));
    }

    @Test
    @DisplayName("W3: the Configurator is asked with all, in the client's order, and its answer counts")
    void theConfiguratorChooses() throws Exception {
        Choosing choosing = new Choosing(List.of(named("two"), named("three"), named("two"), named("none")));
        TyrusHandshake upgrade = MessageReaderTest.upgrade(config(Silent.class).configurator(choosing).build(), offered("three"), offered("two"), offered("one"));
        assertThat(choosing.asked).containsExactly("[one] [three1, two1, one1]");
        assertThat(upgrade.extensions().lines()).containsExactly("two, three");
        assertThat(upgrade.extensions().running()).isEmpty();
        assertThat(upgrade.extensions().shown()).extracting(jakarta.websocket.Extension::getName).containsExactly("two", "three");
    }

    @Test
    @DisplayName("item 3: without a method of the application's, what has no implementation is not agreed on")
    void theDefaultChoosesWhatIsImplemented() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(Silent.class).build(), offered("one")).extensions().agreed()).isEmpty();
    }

    @Test
    void noAnswerIsNone() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(Silent.class).configurator(new Choosing(null)).build(), offered("one")).extensions().agreed()).isEmpty();
    }

    @Test
    @DisplayName("W2: of an annotated class the annotation says what the program's configuration leaves out")
    void aProgramsConfigurationOfAnAnnotatedClass() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(Annotated.class).build(), offered("one")).extensions().lines()).containsExactly("one; p=1");
        Choosing choosing = new Choosing(List.of());
        assertThat(MessageReaderTest.upgrade(config(Annotated.class).configurator(choosing).build(), offered("one")).extensions().lines()).isEmpty();
        assertThat(choosing.asked).hasSize(1);
    }

    @Test
    void whatIsNoEndpointIsSaid() {
        assertThatThrownBy(() -> MessageReaderTest.upgrade(config(String.class).build())).isInstanceOf(DeploymentException.class).hasMessageContaining("@ServerEndpoint");
    }
}
