package byhand;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.List;

public final class Start implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        Changeover.of(event.getServletContext()).path("/mirror").offer(new UpgradeProtocol() {
            @Override
            public List<ProtocolToken> tokens() {
                return List.of(ProtocolToken.of("mirror"));
            }

            @Override
            public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
                return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection -> connection.input().transferTo(connection.output()));
            }
        });
    }
}
