package io.github.changeover.h2c;

import io.github.changeover.loopback.LoopbackDispatcherFactory;
import io.github.changeover.loopback.LoopbackDispatcher;
import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Set;

/**
 * {@code h2-test}: after the 101, HTTP/2 starts with its preface, as on a new connection, and stream 1 is unused. It is for
 * programs that support no other start of HTTP/2 in cleartext. The streams are those of {@code h2c}.
 */
public final class PriorKnowledge implements ProtocolLibrary {
    private static final ProtocolToken TOKEN = ProtocolToken.of("h2-test");

    @Override
    public Set<String> settings() {
        return Set.of();
    }

    @Override
    public Started start(Start start) {
        StreamDispatcher dispatcher = LoopbackDispatcherFactory.of(start);
        return new Started() {
            @Override
            public List<UpgradeProtocol> protocols() {
                return List.of(new Protocol(dispatcher, LoopbackDispatcherFactory.progress(start.settings())));
            }

            @Override
            public void close() {
                dispatcher.close();
            }
        };
    }

    private record Protocol(StreamDispatcher dispatcher, LoopbackDispatcher.MinimumProgress progress) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(TOKEN);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> new PipelineHandler((pipeline, inside) ->
                    new RequestStreams(dispatcher, new InnerRequestSource(request, false, "HTTP/2.0", ""), inside, progress).addTo(pipeline)));
        }
    }
}
