package io.github.changeover.h2c;

import io.github.changeover.http.MediaType;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler.PipelineConnection;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** One stream: passes its request to the dispatcher and its response to the client. Not thread-safe: used inside the pipeline only. */
final class RequestStream {
    private final int id;
    private final Http2ConnectionHandler codec;
    private final ChannelHandlerContext context;
    private final PipelineConnection inside;
    private final boolean headOnly;
    private StreamDispatcher.RequestContent request = StreamDispatcher.RequestContent.DISCARD;
    private boolean requestEnded, headSent, ended;
    private int unsent;

    /** @param headOnly whether the request is a HEAD, whose response has no content */
    RequestStream(int id, Http2ConnectionHandler codec, ChannelHandlerContext context, PipelineConnection inside, boolean headOnly) {
        this.headOnly = headOnly;
        this.id = id;
        this.codec = codec;
        this.context = context;
        this.inside = inside;
    }

    // ---- the request

    /** @param complete whether no content follows */
    void serve(StreamDispatcher.RequestContent sending, boolean complete) {
        request = sending;
        requestEnded |= complete;
    }

    /** The client's window is updated when the bytes have been sent. */
    void content(ByteBuffer bytes) {
        int count = bytes.remaining();
        request.content(bytes, () -> inside.execute(() -> consumed(count)));
    }

    private void consumed(int count) {
        Http2Stream stream = codec.connection().stream(id);
        if (stream == null) return;
        try {
            if (codec.connection().local().flowController().consumeBytes(stream, count)) codec.flush(context);
        } catch (Http2Exception failure) {
            codec.onError(context, true, failure);
        }
    }

    void requestEnded(Fields trailers) {
        requestEnded = true;
        request.end(trailers);
    }

    /** Called when the stream or the connection is closed. */
    void abandon() {
        if (ended) return;
        ended = true;
        request.abort();
    }

    // ---- the response

    /** Returns the receiver of the response. The dispatcher calls it on its own thread. */
    StreamDispatcher.ResponseReceiver answer() {
        return new StreamDispatcher.ResponseReceiver() {
            @Override
            public void head(int status, Fields fields, boolean last) {
                inside.execute(() -> RequestStream.this.head(status, fields, last));
            }

            @Override
            public void content(byte[] bytes) {
                inside.execute(() -> data(bytes));
            }

            @Override
            public void end(Fields trailers) {
                inside.execute(() -> RequestStream.this.end(trailers));
            }

            @Override
            public void failed(int status, String reason) {
                inside.execute(() -> RequestStream.this.failed(status, reason));
            }
        };
    }

    void continueRequest() {
        Http2Headers interim = new DefaultHttp2Headers().status("100");
        codec.encoder().writeHeaders(context, id, interim, 0, false, context.newPromise());
        codec.flush(context);
    }

    void head(int status, Fields fields, boolean last) {
        if (ended) return;
        headSent = true;
        ended = last;
        codec.encoder().writeHeaders(context, id, HttpHeaderMapping.response(status, fields), 0, last, context.newPromise());
        codec.flush(context);
    }

    /** Requests more from the dispatcher only after all content so far has been written within the client's window. */
    private void data(byte[] bytes) {
        if (ended) return;
        unsent++;
        codec.encoder().writeData(context, id, Unpooled.wrappedBuffer(bytes), 0, false, context.newPromise())
                .addListener((ChannelFutureListener) sent -> {
                    if (--unsent == 0 && !ended) request.more();
                });
        codec.flush(context);
    }

    /**
     * Sends content that is already available but is too long to be sent at once.
     *
     * @param dispatcher its timer ends the stream if the client does not receive a part in time
     */
    void sendOriginalResponse(OriginalResponse.Body body, Fields trailers, StreamDispatcher dispatcher, Duration timeout) {
        request = new OriginalResponseContent(body, trailers, answer(),
                () -> dispatcher.after(timeout, () -> inside.execute(() -> {
                    request.abort();
                    failed(408, "The response was read too slowly (changeover.stall.min, changeover.stall).");
                })));
        request.more();
    }

    /** Sends content that is complete in one part. */
    void sendContent(byte[] bytes, boolean last) {
        ended = last;
        codec.encoder().writeData(context, id, Unpooled.wrappedBuffer(bytes), 0, last, context.newPromise());
        codec.flush(context);
    }

    void end(Fields trailers) {
        if (ended) return;
        ended = true;
        if (trailers.lines().isEmpty()) codec.encoder().writeData(context, id, Unpooled.EMPTY_BUFFER, 0, true, context.newPromise());
        else codec.encoder().writeHeaders(context, id, HttpHeaderMapping.block(trailers), 0, true, context.newPromise());
        codec.flush(context);
    }

    private void failed(int status, String reason) {
        if (ended) return;
        if (headSent || status == 503) {        // 503: nothing was processed, so the client may retry (RFC 9113 section 8.7)
            ended = true;
            reset(!headSent ? Http2Error.REFUSED_STREAM : status == 408 ? Http2Error.CANCEL : Http2Error.INTERNAL_ERROR);
        } else {
            byte[] text = (reason + "\n").getBytes(StandardCharsets.UTF_8);
            head(status, Fields.of("Content-Type", MediaType.PLAIN_TEXT, "Content-Length", Integer.toString(text.length)), headOnly);
            if (!headOnly) sendContent(text, true);
            if (status == 408 && !requestEnded) reset(Http2Error.NO_ERROR);        // the remaining content is not needed (RFC 9113 section 8.1)
        }
    }

    private void reset(Http2Error error) {
        codec.resetStream(context, id, error.code(), context.newPromise());
        codec.flush(context);
    }
}
