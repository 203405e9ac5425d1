package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code example/1}: lines come back.
 *
 * <pre>
 * &gt;&gt; hello LF             a CR before the LF is allowed and not part of the line
 * &lt;&lt; hello CR LF
 * &gt;&gt; QUIT LF
 * &lt;&lt; BYE CR LF            and the server closes
 * </pre>
 *
 * <p>A line of more than {@value LineEcho#MAX_LINE} octets is answered by a line that starts with {@code ERR}, then
 * the server closes. Octets behind the last LF are no line: at the client's end they are dropped. When the
 * application goes the server says {@code BYE} and closes.
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
