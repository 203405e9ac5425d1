package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code example/1}: sends lines back.
 *
 * <pre>
 * &gt;&gt; hello LF             a CR before the LF is allowed and not part of the line
 * &lt;&lt; hello CR LF
 * &gt;&gt; QUIT LF
 * &lt;&lt; BYE CR LF            and the server closes
 * </pre>
 *
 * <p>If a line has more than {@value LineEcho#MAX_LINE} bytes, the server sends a line that starts with {@code ERR} and closes. Bytes after
 * the last LF do not form a line. They are discarded when the client ends its side. When the application stops, the server sends
 * {@code BYE} and closes.
 */
final class ExampleLines implements UpgradeProtocol {
    static final ProtocolToken TOKEN = ProtocolToken.of("example/1");

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TOKEN);
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> new LineEcho());
    }
}
