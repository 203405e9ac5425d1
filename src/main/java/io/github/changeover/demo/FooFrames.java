package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code foo/2}: sends frames back unchanged. A frame consists of the length of its payload, as four bytes in big-endian order, and the
 * payload.
 *
 * <pre>
 * &gt;&gt; 00 00 00 05 h e l l o
 * &lt;&lt; 00 00 00 05 h e l l o
 * </pre>
 *
 * <p>A length above {@value FrameEcho#MAX_PAYLOAD} closes the connection, and that frame is not sent back. A frame is sent back when it is
 * complete. An incomplete frame is discarded when the client ends its side.
 */
final class FooFrames implements UpgradeProtocol {
    static final ProtocolToken TOKEN = ProtocolToken.of("foo/2");

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TOKEN);
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> FrameEcho.silent());
    }
}
