package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code foo/2}: frames come back unchanged. A frame is the length of its payload, four octets with the highest
 * first, and the payload.
 *
 * <pre>
 * &gt;&gt; 00 00 00 05 h e l l o
 * &lt;&lt; 00 00 00 05 h e l l o
 * </pre>
 *
 * <p>A length above {@value FrameEcho#MAX_PAYLOAD} closes the connection without an echo of that frame. A frame comes
 * back when it is whole: what the client's end cuts off is dropped.
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
