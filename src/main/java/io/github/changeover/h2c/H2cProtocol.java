package io.github.changeover.h2c;

import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.loopback.LoopbackDispatcher;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * {@code h2c}: the connection continues as HTTP/2, and the request that was upgraded becomes stream 1. An unsuitable request stays
 * HTTP/1.1, whatever is wrong with it, because many clients offer h2c with every first request.
 */
final class H2cProtocol implements UpgradeProtocol {
    static final ProtocolToken TOKEN = ProtocolToken.of("h2c");
    private final StreamDispatcher dispatcher;
    private final Duration preface;
    private final LoopbackDispatcher.MinimumProgress progress;
    private final int maxContent;

    H2cProtocol(StreamDispatcher dispatcher, Duration preface, LoopbackDispatcher.MinimumProgress progress, int maxContent) {
        this.dispatcher = dispatcher;
        this.preface = preface;
        this.progress = progress;
        this.maxContent = maxContent;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TOKEN);
    }

    /** Accepts any method, with content. The content is read completely before the switch. */
    @Override
    public ContentRule content() {
        return new ContentRule(Set.of(), true);
    }

    @Override
    public boolean answersOriginalRequest() {
        return true;
    }

    @Override
    public boolean isSpoken(UpgradeRequest request) {
        return request.protocol().startsWith("HTTP/2");
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        if (request.secure()) return new Decision.Ignore("h2c is only for connections without TLS (RFC 7540 section 3.2)");
        if (request.chunked()) return new Decision.Ignore("the request content has no Content-Length");
        if (request.contentLength().orElse(0) > maxContent) return new Decision.Ignore("the request content exceeds changeover.content.max");
        try {
            Http2Settings settings = Http2SettingsField.of(request);
            return Decision.Switch.to(offered, context -> handler(context, settings));
        } catch (Http2SettingsField.InvalidSettingsException unfit) {
            return new Decision.Ignore(unfit.getMessage());
        }
    }

    private ConnectionHandler handler(SwitchContext context, Http2Settings settings) {
        InnerRequestSource origin = new InnerRequestSource(context.request(), false, "HTTP/2.0", "");
        return new PipelineHandler((pipeline, connection) -> {
            RequestStreams streams = new RequestStreams(dispatcher, origin, connection, progress);
            streams.addTo(pipeline);
            streams.begin(settings, context.original().orElseThrow(), preface);
        });
    }
}
