package io.github.changeover.h2c;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Settings;

/** Netty's codec with the limits of RFC 9113 section 10.5. If a client exceeds a limit, the error code is {@code ENHANCE_YOUR_CALM}. */
final class BoundedHttp2Codec extends Http2ConnectionHandler {
    static final int CONCURRENT = 100;
    private static final int HEADER_LIST = 16 * 1024;
    private static final int RESETS = 200;
    private static final int RESETS_SECONDS = 30;
    /** The start of Netty's message for an endless field block. Netty reports it as a protocol error. */
    private static final String ENDLESS_BLOCK = "Header size exceeded";

    private BoundedHttp2Codec(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings);
    }

    static BoundedHttp2Codec of(Http2Connection connection, Http2FrameListener listener) {
        return new Builder(connection, listener).build();
    }

    @Override
    protected void onConnectionError(ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception failure) {
        boolean endless = failure != null && failure.error() == Http2Error.PROTOCOL_ERROR && String.valueOf(failure.getMessage()).startsWith(ENDLESS_BLOCK);
        super.onConnectionError(context, outbound, cause, endless ? new Http2Exception(Http2Error.ENHANCE_YOUR_CALM, failure.getMessage(), failure) : failure);
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<BoundedHttp2Codec, Builder> {
        Builder(Http2Connection connection, Http2FrameListener listener) {
            connection(connection).frameListener(listener).validateHeaders(true).validateRequiredPseudoHeaders(true);
            initialSettings(new Http2Settings().maxConcurrentStreams(CONCURRENT).maxHeaderListSize(HEADER_LIST));
            decoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS).encoderEnforceMaxRstFramesPerWindow(RESETS, RESETS_SECONDS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(2);
        }

        @Override
        protected BoundedHttp2Codec build(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new BoundedHttp2Codec(decoder, encoder, settings);
        }

        @Override
        protected BoundedHttp2Codec build() {
            return super.build();
        }
    }
}
