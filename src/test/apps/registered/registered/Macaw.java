package registered;

import io.github.changeover.spi.ProtocolToken;
import java.util.List;

/** Another protocol of the same kind. */
public final class Macaw extends Parrot {
    @Override
    public List<ProtocolToken> tokens() {
        return List.of(ProtocolToken.of("macaw/1"));
    }
}
