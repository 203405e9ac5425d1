package injected;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A protocol that is a bean. */
@ApplicationScoped
public class Offered implements UpgradeProtocol {
    @Inject
    private Register register;

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(ProtocolToken.of("offered"));
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        register.add("offered");
        return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection ->
                connection.output().write("by a bean\n".getBytes(StandardCharsets.UTF_8)));
    }
}
