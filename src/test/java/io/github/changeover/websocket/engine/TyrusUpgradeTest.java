package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.glassfish.tyrus.core.DebugContext;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.Version;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.UpgradeResponse;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeStatus;
import org.glassfish.tyrus.spi.Writer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Versions of Tyrus that we do not know. What happens then is told by {@link SessionMemoryTest}: Tyrus reads and writes by itself. */
@DisplayName("C14: a part of Tyrus is used only where it is the only one of its type")
class TyrusUpgradeTest {
    private abstract static class Info implements UpgradeInfo {
        @Override
        public UpgradeStatus getStatus() {
            return UpgradeStatus.SUCCESS;
        }

        @Override
        public Connection createConnection(Writer writer, Connection.CloseListener closeListener) {
            return null;
        }
    }

    /** As the version that we know. */
    @SuppressWarnings("unused")
    private static final class AsKnown extends Info {
        private TyrusEndpointWrapper endpoint;
        private final ProtocolHandler protocol = Version.DRAFT17.createHandler(false, null);
        private UpgradeRequest request;
        private UpgradeResponse response;
        private DebugContext debug;
    }

    /** Whose handler of frames is one of two. */
    @SuppressWarnings("unused")
    private static final class WithTwo extends Info {
        private TyrusEndpointWrapper endpoint;
        private ProtocolHandler old, protocol;
        private UpgradeRequest request;
        private UpgradeResponse response;
        private DebugContext debug;
    }

    /** Whose request is kept elsewhere. */
    @SuppressWarnings("unused")
    private static final class WithoutOne extends Info {
        private TyrusEndpointWrapper endpoint;
        private ProtocolHandler protocol;
        private UpgradeResponse response;
        private DebugContext debug;
    }

    @Test
    void asKnown() {
        assertThat(TyrusUpgrade.of(new AsKnown())).isPresent();
    }

    @Test
    void twoOfOneType() {
        assertThat(TyrusUpgrade.of(new WithTwo())).isEmpty();
    }

    @Test
    void noneOfOneType() {
        assertThat(TyrusUpgrade.of(new WithoutOne())).isEmpty();
    }
}
