package io.github.changeover.demo;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;

/**
 * {@code foo/2} that answers the original request (RFC 9110 section 7.8): the first frame after the 101 is the
 * body of the page that was asked for, then frames come back as with {@link FooFrames}.
 *
 * <p>A frame cannot carry a status or fields: a page that answers 304 or 404 arrives as its body all the same.
 * The bound of a frame is for what the client sends; the page's frame is as long as the page.
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
        return Decision.Switch.to(offered, context -> FrameEcho.after(page(context).body().octets()));
    }

    private static OriginalResponse page(SwitchContext context) {
        return context.original().orElseThrow(() -> new IllegalStateException(
                "foo/2 answers the original request, but no answer of the application was handed over"));
    }
}
