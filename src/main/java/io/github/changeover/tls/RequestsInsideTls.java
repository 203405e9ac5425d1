package io.github.changeover.tls;

import io.github.changeover.loopback.InnerRequest;
import io.github.changeover.loopback.InnerRequestSource;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler.PipelineConnection;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeRequest;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import javax.net.ssl.SSLEngine;

/**
 * Serves the requests inside one TLS connection, one after the other. The response to the upgrade request is sent first. Not thread-safe:
 * used inside the pipeline only.
 */
final class RequestsInsideTls extends ChannelDuplexHandler {
    private static final System.Logger LOG = System.getLogger(RequestsInsideTls.class.getName());
    /** The number of request parts that may wait for the request before them. Reading pauses above it. */
    private static final int WAITING = 64;
    private final StreamDispatcher dispatcher;
    private final UpgradeRequest switched;
    private final PipelineConnection inside;
    private final Queue<HttpObject> received = new ArrayDeque<>();
    private final RenegotiationGuard guard = new RenegotiationGuard();
    private SslHandler tls;
    private InnerRequestSource origin;                          // null while the handshake is in progress
    private FirstResponseInsideTls first;                      // null once it is written
    private StreamDispatcher.Timeout handshakeTimer = StreamDispatcher.Timeout.NONE;
    private boolean paused, partPending, ending, ended;
    private StreamDispatcher.RequestContent request;       // null between requests
    private ResponsesInsideTls responses;

    RequestsInsideTls(StreamDispatcher dispatcher, SwitchContext context, PipelineConnection inside) {
        this.dispatcher = dispatcher;
        this.switched = context.request();
        this.first = new FirstResponseInsideTls(context);
        this.inside = inside;
    }

    void addTo(ChannelPipeline pipeline, SSLEngine engine, Duration handshake) {
        tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(0);       // Netty's timer does not advance in this channel
        pipeline.addLast(guard, tls, new RequestSyntax.Decoder(), new HttpResponseEncoder(), this);
        handshakeTimer = dispatcher.after(handshake, () -> inside.execute(() -> {
            if (origin == null) pipeline.close();
        }));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws IOException {
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
            handshakeTimer.cancel();
            if (!tls.engine().getSession().getProtocol().equals("TLSv1.3")) guard.handshakeDone();
            origin = new InnerRequestSource(switched, true, "HTTP/1.1", tls.engine().getSession().getCipherSuite());
            if (first.begin(context)) first = null;
            proceed(context);
        } else if (event instanceof SslCloseCompletionEvent) {
            close(context, context.newPromise());
        }
    }

    /** Closes when the response in progress has been sent. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        ending = true;
        if (request == null && (origin == null || first == null) || ended) context.close(promise);
    }

    // ---- requests

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        received.add((HttpObject) message);
        proceed(context);
        if (received.size() > WAITING && !paused) {
            paused = true;
            inside.pause();
        }
    }

    /**
     * Processes as many parts as possible. A request waits for the response to the previous request. A part of content waits until the
     * previous part is sent.
     */
    private void proceed(ChannelHandlerContext context) {
        while (!ended && first == null && !partPending && !received.isEmpty() && (request == null || !(received.peek() instanceof HttpRequest))) {
            HttpObject next = received.poll();
            try {
                if (next.decoderResult().isFailure()) malformed(context, next.decoderResult().cause());
                else process(context, next);
            } finally {
                ReferenceCountUtil.release(next);
            }
        }
        if (paused && received.isEmpty()) {
            paused = false;
            inside.resume();
        }
    }

    private void process(ChannelHandlerContext context, HttpObject next) {
        if (next instanceof HttpRequest head) begin(context, head);
        if (next instanceof HttpContent content && request != null) {
            if (content.content().isReadable()) {
                partPending = true;
                request.content(content.content().nioBuffer(), () -> inside.execute(() -> {
                    partPending = false;
                    proceed(context);
                }));
            }
            if (content instanceof LastHttpContent) {
                request.end();
                responses.requestComplete();
            }
        }
    }

    private void malformed(ChannelHandlerContext context, Throwable cause) {
        LOG.log(System.Logger.Level.DEBUG, "A request inside TLS is malformed", cause);
        ended = true;
        RequestSyntax.InvalidRequestException refused = RequestSyntax.malformed(cause);
        if (request != null) context.close();
        else ResponsesInsideTls.last(context, refused.status(), refused.getMessage());
    }

    private void begin(ChannelHandlerContext context, HttpRequest head) {
        responses = new ResponsesInsideTls(context, inside, head, () -> answered(context));
        request = StreamDispatcher.RequestContent.DISCARD;
        InnerRequest innerRequest;
        try {
            innerRequest = RequestSyntax.accept(head, origin);
        } catch (RequestSyntax.InvalidRequestException refused) {
            responses.reject(refused.status(), refused.getMessage());
            return;
        }
        if (innerRequest.content() && HttpUtil.is100ContinueExpected(head)) responses.continueRequest();
        request = dispatcher.dispatch(innerRequest, responses);
        responses.attach(request);
    }

    /** Called when the response has been sent and the request has been received completely. */
    private void answered(ChannelHandlerContext context) {
        request = null;
        if (responses.closes() || ending) {
            ended = true;
            context.close();
        } else {
            inside.execute(() -> proceed(context));
        }
    }

    // ---- the connection

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws IOException {
        if (!context.channel().isWritable() || origin == null) return;
        if (request != null) {
            responses.writable();
        } else if (first != null) {
            if (first.write(context)) first = null;
            if (ending && first == null) context.close();
            else proceed(context);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended = true;
        handshakeTimer.cancel();
        if (first != null) first.close();
        first = null;
        if (request != null) request.abort();
        received.forEach(ReferenceCountUtil::release);
        received.clear();
    }

    /** Called for a failed handshake and for bytes that are not TLS. The peer has already received an alert. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        LOG.log(System.Logger.Level.DEBUG, "A TLS connection by upgrade failed", failure);
        context.close();
    }
}
