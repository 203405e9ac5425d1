package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code foo/2} with the response to the original request (RFC 9110 section 7.8). The first frame after the 101 contains the body of the
 * requested page. After that, frames are sent back as with {@link FooFrames}.
 *
 * <p>A frame cannot contain a status or header fields: a page with status 304 or 404 is also sent as its body. The size limit applies to
 * frames from the client. The frame of the page is as long as the page.
 */
final class FooPage implements UpgradeProtocol {
    @Override
    public List<ProtocolToken> tokens() {
        return List.of(FooFrames.TOKEN);
    }

    @Override
    public boolean answersOriginalRequest() {
        return true;
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> FrameEcho.after(page(context).body().bytes()));
    }

    private static OriginalResponse page(SwitchContext context) {
        return context.original().orElseThrow(() -> new IllegalStateException(
                "foo/2 responds to the original request, but it did not get the response of the application"));
    }
}
