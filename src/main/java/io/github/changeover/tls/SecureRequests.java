package io.github.changeover.tls;

import io.github.changeover.dispatch.InnerRequest;
import io.github.changeover.dispatch.Origin;
import io.github.changeover.dispatch.StreamDispatcher;
import io.github.changeover.pipeline.PipelineHandler.Inside;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.SwitchContext;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import javax.net.ssl.SSLEngine;

/** The requests inside one TLS connection, one after the other. The first answer is there before the first of them. Touched inside only. */
final class SecureRequests extends ChannelDuplexHandler {
    private static final System.Logger LOG = System.getLogger(SecureRequests.class.getName());
    /** Parts of requests that may wait for the one before them. */
    private static final int WAITING = 64;
    private static final int MAX_LINE = 8 * 1024, MAX_HEAD = 16 * 1024, PART = 8 * 1024;
    private final StreamDispatcher dispatcher;
    private final SwitchContext switched;
    private final Inside inside;
    private final Queue<HttpObject> received = new ArrayDeque<>();
    private SslHandler tls;
    private Origin origin;
    private FirstAnswer first;                      // null: the handshake is under way
    private boolean paused, partUnderWay, ending, over;
    private StreamDispatcher.Sending request;       // null: between requests
    private Answers answer;

    SecureRequests(StreamDispatcher dispatcher, SwitchContext switched, Inside inside) {
        this.dispatcher = dispatcher;
        this.switched = switched;
        this.inside = inside;
    }

    void enter(ChannelPipeline pipeline, SSLEngine engine, Duration handshake) {
        tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(0);       // Netty's clock stands still in here
        pipeline.addLast(tls, new HttpRequestDecoder(MAX_LINE, MAX_HEAD, PART), new HttpResponseEncoder(), this);
        dispatcher.after(handshake, () -> inside.execute(() -> {
            if (first == null) pipeline.close();
        }));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws IOException {
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
            origin = new Origin(switched.request(), "https", "HTTP/1.1", tls.engine().getSession().getCipherSuite());
            first = new FirstAnswer(switched);
            first.begin(context);
            proceed(context);
        } else if (event instanceof SslCloseCompletionEvent) {
            close(context, context.newPromise());
        }
    }

    /** When the answer under way is out. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        ending = true;
        if (request == null && (first == null || first.done()) || over) context.close(promise);
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

    /** As far as it goes: a request waits for the answer to the one before, a part of content for the part before. */
    private void proceed(ChannelHandlerContext context) {
        while (!over && first.done() && !partUnderWay && !received.isEmpty() && (request == null || !(received.peek() instanceof HttpRequest))) {
            HttpObject next = received.poll();
            try {
                if (next.decoderResult().isFailure()) malformed(context, next);
                else take(context, next);
            } finally {
                ReferenceCountUtil.release(next);
            }
        }
        if (paused && received.isEmpty()) {
            paused = false;
            inside.resume();
        }
    }

    private void take(ChannelHandlerContext context, HttpObject next) {
        if (next instanceof HttpRequest head) begin(context, head);
        if (next instanceof HttpContent content && request != null) {
            if (content.content().isReadable()) {
                partUnderWay = true;
                request.content(content.content().nioBuffer(), () -> inside.execute(() -> {
                    partUnderWay = false;
                    proceed(context);
                }));
            }
            if (content instanceof LastHttpContent) {
                request.end();
                answer.requestComplete();
            }
        }
    }

    private void malformed(ChannelHandlerContext context, HttpObject next) {
        LOG.log(System.Logger.Level.DEBUG, "A request inside TLS is no HTTP", next.decoderResult().cause());
        over = true;
        if (request != null) context.close();
        else Answers.last(context, 400, "This is no HTTP/1.1 request.");
    }

    private void begin(ChannelHandlerContext context, HttpRequest head) {
        boolean content = HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
        answer = new Answers(context, inside, head, () -> answered(context));
        request = StreamDispatcher.Sending.NOWHERE;
        if (head.uri().equals("*") && head.method().name().equals("OPTIONS")) {
            answer.bare(200);
            return;
        }
        InnerRequest asked;
        try {
            asked = new InnerRequest(head.method().name(), head.uri(), fields(head), content, origin);
        } catch (IllegalArgumentException malformed) {
            answer.refuse(400, "This request cannot be served here: send a path, and fields as RFC 9110 has them.");
            return;
        }
        if (content && HttpUtil.is100ContinueExpected(head)) answer.goOn();
        request = dispatcher.dispatch(asked, answer);
        answer.from(request);
    }

    private static Fields fields(HttpRequest head) {
        List<Fields.Line> lines = new ArrayList<>();
        for (Map.Entry<String, String> header : head.headers()) lines.add(new Fields.Line(header.getKey(), header.getValue()));
        Fields fields = Fields.of(lines);
        // The codec has taken the chunks apart: a length beside them is void (RFC 9112 section 6.3).
        return HttpUtil.isTransferEncodingChunked(head) ? fields.without(HttpHeaderNames.CONTENT_LENGTH.toString()) : fields;
    }

    /** The answer is out, and the request was whole. */
    private void answered(ChannelHandlerContext context) {
        request = null;
        if (answer.closes() || ending) {
            over = true;
            context.close();
        } else {
            inside.execute(() -> proceed(context));
        }
    }

    // ---- the connection

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws IOException {
        if (!context.channel().isWritable() || first == null) return;
        if (request != null) {
            answer.room();
        } else if (!first.done()) {
            first.pour(context);
            if (ending && first.done()) context.close();
            else proceed(context);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over = true;
        if (request != null) request.abort();
        received.forEach(ReferenceCountUtil::release);
        received.clear();
    }

    /** A handshake that fails, records that are none: the peer has its alert. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        LOG.log(System.Logger.Level.DEBUG, "TLS by upgrade ends", failure);
        context.close();
    }
}
