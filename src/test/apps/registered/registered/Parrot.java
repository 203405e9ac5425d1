package registered;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sends its token. It is named in META-INF/services. */
public class Parrot implements UpgradeProtocol {
    @Override
    public List<ProtocolToken> tokens() {
        return List.of(ProtocolToken.of("parrot/1"));
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection ->
                connection.output().write((getClass().getSimpleName() + "\n").getBytes(StandardCharsets.UTF_8)));
    }
}
