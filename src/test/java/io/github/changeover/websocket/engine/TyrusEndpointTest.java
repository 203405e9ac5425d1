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
    public static final class IdleEndpoint extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
        }
    }

    /** An annotated endpoint with all attributes. */
    @ServerEndpoint(value = "/annotated", subprotocols = "annotated", configurator = AnnotationConfigurator.class)
    public static final class AnnotatedEndpoint {
        @OnMessage
        public void onText(String text) {
        }
    }

    /** The configurator of the annotation. */
    public static final class AnnotationConfigurator extends ServerEndpointConfig.Configurator {
        @Override
        public List<jakarta.websocket.Extension> getNegotiatedExtensions(List<jakarta.websocket.Extension> installed, List<jakarta.websocket.Extension> requested) {
            return requested;
        }
    }

    private static final class ChoosingConfigurator extends ServerEndpointConfig.Configurator {
        private final List<jakarta.websocket.Extension> answer;
        private final List<String> asked = new ArrayList<>();

        ChoosingConfigurator(List<jakarta.websocket.Extension> answer) {
            this.answer = answer;
        }

        @Override
        public List<jakarta.websocket.Extension> getNegotiatedExtensions(List<jakarta.websocket.Extension> installed, List<jakarta.websocket.Extension> requested) {
            asked.add(installed.stream().map(jakarta.websocket.Extension::getName).toList() + " " + requested.stream().map(each -> each.getName() + each.getParameters().size()).toList());
            return answer;
        }
    }

    private static WebSocketExtension offer(String name) {
        return new WebSocketExtension(name, List.of(new WebSocketExtension.Parameter("p", Optional.of("1"))));
    }

    private static jakarta.websocket.Extension extension(String name) {
        return new ExtensionChoice.ChosenExtension(name, List.of());
    }

    private static ServerEndpointConfig.Builder config(Class<?> type) {
        return ServerEndpointConfig.Builder.create(type, "/elsewhere").extensions(List.of(extension("one")));
    }

    @Test
    @DisplayName("W3: the Configurator gets all extensions in the order of the client, and its result is used")
    void configuratorChoosesExtensions() throws Exception {
        ChoosingConfigurator choosing = new ChoosingConfigurator(List.of(extension("two"), extension("three"), extension("two"), extension("none")));
        TyrusHandshake upgrade = MessageReaderTest.upgrade(config(IdleEndpoint.class).configurator(choosing).build(), offer("three"), offer("two"), offer("one"));
        assertThat(choosing.asked).containsExactly("[one] [three1, two1, one1]");
        assertThat(upgrade.extensions().lines()).containsExactly("two, three");
        assertThat(upgrade.extensions().running()).isEmpty();
        assertThat(upgrade.extensions().forApplication()).extracting(jakarta.websocket.Extension::getName).containsExactly("two", "three");
    }

    @Test
    @DisplayName("item 3: by default, extensions without an implementation are not agreed")
    void defaultChoosesImplementedExtensions() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(IdleEndpoint.class).build(), offer("one")).extensions().agreed()).isEmpty();
    }

    @Test
    void nullResultAgreesOnNothing() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(IdleEndpoint.class).configurator(new ChoosingConfigurator(null)).build(), offer("one")).extensions().agreed()).isEmpty();
    }

    @Test
    @DisplayName("W2: for an annotated class, the annotation supplies what the programmatic configuration omits")
    void annotationCompletesTheConfiguration() throws Exception {
        assertThat(MessageReaderTest.upgrade(config(AnnotatedEndpoint.class).build(), offer("one")).extensions().lines()).containsExactly("one; p=1");
        ChoosingConfigurator choosing = new ChoosingConfigurator(List.of());
        assertThat(MessageReaderTest.upgrade(config(AnnotatedEndpoint.class).configurator(choosing).build(), offer("one")).extensions().lines()).isEmpty();
        assertThat(choosing.asked).hasSize(1);
    }

    @Test
    void invalidEndpointClassIsReported() {
        assertThatThrownBy(() -> MessageReaderTest.upgrade(config(String.class).build())).isInstanceOf(DeploymentException.class).hasMessageContaining("@ServerEndpoint");
    }

    @ServerEndpoint("/hidden")
    static final class HiddenEndpoint {
        @OnMessage
        public void onText(String text) {
        }
    }

    @Test
    @DisplayName("A class that is not public would accept sessions and get no message, so it is no endpoint")
    void endpointClassMustBePublic() {
        assertThatThrownBy(() -> MessageReaderTest.upgrade(config(HiddenEndpoint.class).build())).isInstanceOf(DeploymentException.class).hasMessageContaining("must be a public class");
    }
}
