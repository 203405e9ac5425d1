package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.server.ServerEndpointConfig;
import org.glassfish.tyrus.core.TyrusServerEndpointConfigurator;
import org.junit.jupiter.api.Test;

/** Tests which configurators do not count as chosen by an application. */
class ServersConfiguratorTest {
    /** A configurator of an application. */
    public static final class Own extends ServerEndpointConfig.Configurator {
    }

    @Test
    void theDefaultIsKnownAndAnApplicationsIsNot() {
        assertThat(ServersConfigurator.isDefault(ServerEndpointConfig.Configurator.class)).isTrue();
        assertThat(ServersConfigurator.isDefault(TyrusServerEndpointConfigurator.class)).isTrue();
        assertThat(ServersConfigurator.isDefault(new Own().getContainerDefaultConfigurator().getClass())).isTrue();
        assertThat(ServersConfigurator.isDefault(Own.class)).isFalse();
    }
}
