package io.github.changeover.h2c;

import io.github.changeover.loopback.InnerRequest;
import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.loopback.LoopbackDispatcher;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler.PipelineConnection;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The streams of one HTTP/2 connection. Each stream is a request for the dispatcher, except stream 1, whose response is already available.
 */
final class RequestStreams extends Http2EventAdapter {
    /**
     * The maximum number of PING, SETTINGS and PRIORITY frames that a client may send within {@link #IDLE_WINDOW} without HEADERS or DATA
     * between them.
     */
    private static final int IDLE_FRAMES = 1000;
    /** How long a closing connection waits for the streams in progress. Netty's own timer does not advance while no event arrives. */
    private static final Duration ENDING = Duration.ofSeconds(10);
    private static final long IDLE_WINDOW = TimeUnit.SECONDS.toNanos(10);
    private final StreamDispatcher dispatcher;
    private final InnerRequestSource origin;
    private final PipelineConnection inside;
    private final LoopbackDispatcher.MinimumProgress progress;
    private final Http2Connection connection = new DefaultHttp2Connection(true);
    private final Http2Connection.PropertyKey requestStream = connection.newKey();
    private Http2ConnectionHandler codec;
    private ChannelHandlerContext context;
    private StreamDispatcher.Timeout prefaceTimer = StreamDispatcher.Timeout.NONE, endingTimer = StreamDispatcher.Timeout.NONE;
    private boolean prefaceReceived;
    private int idleFrames;
    private long idleSince = System.nanoTime();

    RequestStreams(StreamDispatcher dispatcher, InnerRequestSource origin, PipelineConnection inside, LoopbackDispatcher.MinimumProgress progress) {
        this.dispatcher = dispatcher;
        this.origin = origin;
        this.inside = inside;
        this.progress = progress;
    }

    /** Adds the codec to the pipeline. The codec immediately sends the first SETTINGS. */
    void addTo(ChannelPipeline pipeline) {
        // This limit applies even if the client never acknowledges the SETTINGS.
        connection.remote().maxActiveStreams(BoundedHttp2Codec.CONCURRENT);
        // A stream whose content waits blocks only itself. Each stream has its own window, and the connection's window is always refilled.
        connection.local().flowController(new DefaultHttp2LocalFlowController(connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                if (stream.getProperty(requestStream) instanceof RequestStream inner) inner.abandon();
            }
        });
        codec = BoundedHttp2Codec.of(connection, this);
        pipeline.addLast(codec);
        context = pipeline.context(codec);
        pipeline.addLast(new ChannelDuplexHandler() {
            @Override
            public void close(ChannelHandlerContext last, ChannelPromise promise) {
                endingTimer.cancel();
                if (connection.numActiveStreams() > 0) endingTimer = dispatcher.after(ENDING, () -> inside.execute(() -> context.close()));
                last.close(promise);
            }

            @Override
            public void channelInactive(ChannelHandlerContext last) {
                prefaceTimer.cancel();
                endingTimer.cancel();
            }
        });
    }

    /**
     * Starts the connection. The 101 has acknowledged the client's settings. The first response on the connection is the response to the
     * upgrade request.
     *
     * @param preface how long to wait for the client's preface
     */
    void begin(Http2Settings settings, OriginalResponse original, Duration preface) throws Http2Exception {
        prefaceTimer = dispatcher.after(preface, () -> inside.execute(() -> {
            if (!prefaceReceived) codec.onError(context, true, Http2Exception.connectionError(Http2Error.SETTINGS_TIMEOUT, "no HTTP/2 preface within %d ms", preface.toMillis()));
        }));
        codec.onHttpServerUpgrade(settings);
        RequestStream first = stream(1, false);
        long length = original.body().length();
        boolean trailed = !original.trailers().lines().isEmpty();
        first.head(original.status(), original.fields(), length == 0 && !trailed);
        if (length > OriginalResponseContent.PART) {
            first.sendOriginalResponse(original.body(), original.trailers(), dispatcher, progress.maxTime(OriginalResponseContent.PART));
            return;
        }
        if (length > 0) first.sendContent(original.body().bytes(), !trailed);
        if (trailed) first.end(original.trailers());
    }

    private RequestStream stream(int id, boolean headOnly) {
        RequestStream inner = new RequestStream(id, codec, context, inside, headOnly);
        connection.stream(id).setProperty(requestStream, inner);
        return inner;
    }

    // ---- frames from the client

    @Override
    public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers headers, int dependency, short weight, boolean exclusive, int padding, boolean end)
            throws Http2Exception {
        onHeadersRead(context, id, headers, padding, end);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean end) throws Http2Exception {
        idleFrames = 0;
        try {
            if (connection.stream(id).getProperty(requestStream) instanceof RequestStream trailed) trailed.requestEnded(HttpHeaderMapping.fields(headers));
            else if (HttpHeaderMapping.isConnect(headers)) stream(id, false).answer().failed(405, "The method CONNECT is not supported inside a switched connection.");
            else serve(id, headers, HttpHeaderMapping.request(headers, !end, origin), end);
        } catch (IllegalArgumentException malformed) {
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, "%s", malformed.getMessage());
        }
    }

    private void serve(int id, Http2Headers headers, InnerRequest request, boolean end) {
        RequestStream inner = stream(id, request.method().equals("HEAD"));
        if (!end && headers.contains("expect", "100-continue", true)) inner.continueRequest();
        inner.serve(dispatcher.dispatch(request, inner.answer()), end);
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end) {
        idleFrames = 0;
        RequestStream inner = connection.stream(id).getProperty(requestStream);
        if (data.isReadable()) inner.content(data.nioBuffer());
        if (end) inner.requestEnded(Fields.none());
        return padding;
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
        idle();
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
        prefaceReceived = true;
        prefaceTimer.cancel();
        idle();
    }

    @Override
    public void onPriorityRead(ChannelHandlerContext context, int id, int dependency, short weight, boolean exclusive) throws Http2Exception {
        idle();
    }

    private void idle() throws Http2Exception {
        long now = System.nanoTime();
        if (now - idleSince > IDLE_WINDOW) {
            idleSince = now;
            idleFrames = 0;
        }
        if (++idleFrames > IDLE_FRAMES) throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many PING, SETTINGS or PRIORITY frames");
    }
}
