package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.server.ServerEndpointConfig;
import org.glassfish.tyrus.core.TyrusServerEndpointConfigurator;
import org.junit.jupiter.api.Test;

/** Tests which configurators do not count as chosen by an application. */
class ServerDefaultConfiguratorTest {
    /** A configurator of an application. */
    public static final class ApplicationConfigurator extends ServerEndpointConfig.Configurator {
    }

    @Test
    void defaultConfiguratorsAreRecognized() {
        assertThat(ServerDefaultConfigurator.isDefault(ServerEndpointConfig.Configurator.class)).isTrue();
        assertThat(ServerDefaultConfigurator.isDefault(TyrusServerEndpointConfigurator.class)).isTrue();
        assertThat(ServerDefaultConfigurator.isDefault(new ApplicationConfigurator().getContainerDefaultConfigurator().getClass())).isTrue();
        assertThat(ServerDefaultConfigurator.isDefault(ApplicationConfigurator.class)).isFalse();
    }
}
