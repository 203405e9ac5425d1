package io.github.changeover.loopback;

import io.github.changeover.spi.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/** One request and its response on a connection to the connector. All of its state is used on the loop's thread only. */
final class ConnectorExchange implements StreamDispatcher.RequestContent {
    private static final System.Logger LOG = System.getLogger(ConnectorExchange.class.getName());
    /** Methods of requests that may be sent again if an idle connection turns out to be closed (RFC 9110 section 9.2.2). */
    private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "OPTIONS");

    private final ConnectorEventLoop loop;
    private final InnerRequest request;
    private final String target;
    private final LoopbackDispatcher.OriginMark mark;
    private final LoopbackDispatcher.MinimumProgress progress;
    private final StreamDispatcher.ResponseReceiver response;
    private final Runnable finished;
    private final InetSocketAddress address;
    private final Queue<Runnable> beforeChannel = new ArrayDeque<>();
    private Channel channel;
    private boolean ended, mayRetry, requestSent, interim, responseStarted, withoutContent, keepAlive;
    // the client's progress
    private StreamDispatcher.Timeout check = StreamDispatcher.Timeout.NONE;
    private boolean checking, applicationSlow;
    private long contentReceived, contentBefore, contentPending, responsePending, pendingSince;

    /**
     * @param target   the target for the request line
     * @param finished runs once when the exchange is over
     */
    ConnectorExchange(ConnectorEventLoop loop, InnerRequest request, String target, LoopbackDispatcher.OriginMark mark, LoopbackDispatcher.MinimumProgress progress,
                      StreamDispatcher.ResponseReceiver response, Runnable finished) {
        this.loop = loop;
        this.request = request;
        this.target = target;
        this.mark = mark;
        this.progress = progress;
        this.response = response;
        this.finished = finished;
        this.address = request.origin().switched().local();
    }

    // ---- the request

    void begin() {
        if (ended) return;
        Optional<Channel> idleChannel = !request.content() && REPEATABLE.contains(request.method()) ? loop.waiting(address) : Optional.empty();
        mayRetry = idleChannel.isPresent();
        if (mayRetry) useChannel(idleChannel.get());
        else connect();
    }

    /** Called instead of {@link #begin} if the event loop has stopped. */
    void rejectStopped() {
        fail(503, "The application is stopping.", "the event loop has stopped");
    }

    private void connect() {
        ChannelFuture connecting = loop.connect(address);
        connecting.addListener(done -> {
            if (!done.isSuccess()) fail(502, "The server could not connect to its own connector.", done.cause().toString());
            else if (ended) connecting.channel().close();
            else useChannel(connecting.channel());
        });
    }

    private void useChannel(Channel newChannel) {
        channel = newChannel;
        mark.sentFrom(((InetSocketAddress) channel.localAddress()).getPort());
        channel.pipeline().get(ConnectorResponseListener.class).serve(this);
        channel.write(ConnectorRequest.of(request, target, mark.fields()));
        if (request.content()) checkLater();
        else sendEnd(Fields.none());
        channel.flush();
        for (Runnable early = beforeChannel.poll(); early != null; early = beforeChannel.poll()) early.run();
        channel.read();
    }

    private void sendEnd(Fields trailers) {
        channel.writeAndFlush(ConnectorRequest.end(trailers));
        requestSent = true;
    }

    private void onChannel(Runnable task) {
        boolean runs = loop.execute(() -> {
            if (channel != null || ended) task.run();
            else beforeChannel.add(task);
        });
        if (!runs) task.run();
    }

    @Override
    public void content(ByteBuffer bytes, Runnable taken) {
        ByteBuf copy = Unpooled.copiedBuffer(bytes);
        int count = copy.readableBytes();
        onChannel(() -> {
            if (ended) {
                copy.release();
                taken.run();
                return;
            }
            contentReceived += count;
            contentPending += count;
            channel.writeAndFlush(new DefaultHttpContent(copy)).addListener(done -> {
                contentPending -= count;
                taken.run();
            });
            if (contentPending > 0) applicationSlow = true;
        });
    }

    @Override
    public void end() {
        end(Fields.none());
    }

    @Override
    public void end(Fields trailers) {
        onChannel(() -> {
            if (!ended && !requestSent) sendEnd(trailers);
        });
    }

    @Override
    public void more() {
        onChannel(() -> {
            responsePending = 0;
            if (!ended) channel.read();
        });
    }

    @Override
    public void abort() {
        loop.execute(() -> {
            if (!ended) finish(false);
        });
    }

    // ---- the response

    void received(HttpObject message) {
        if (ended) return;
        if (message.decoderResult().isFailure()) {
            fail(502, "The server's response is not valid HTTP.", message.decoderResult().cause().toString());
            return;
        }
        if (message instanceof HttpResponse response) {
            interim = response.status().code() < 200;
            if (!interim) head(response);
        }
        if (message instanceof HttpContent content && !interim && !ended) content(content);
    }

    private void head(HttpResponse response) {
        int status = response.status().code();
        if (mark.mustArrive() && !mark.arrived() && !isOwnRedirect(response)) {
            // The container responded itself or passed the request to another application. A rule may have been added since the path was
            // checked.
            if (status < 400) fail(421, "This connection serves only the application that it was opened for: open another connection for this path.", "another application responded");
            else fail(status, "The server rejected this request before it reached the application.", "the container responded with " + status);
            return;
        }
        responseStarted = true;
        keepAlive = HttpUtil.isKeepAlive(response);
        withoutContent = request.method().equals("HEAD") || status == 204 || status == 304 || response.headers().containsValue(HttpHeaderNames.CONTENT_LENGTH, "0", false);
        this.response.head(status, ConnectorRequest.endToEnd(ConnectorRequest.fields(response.headers())), withoutContent);
    }

    /**
     * A container redirects the application's root without its slash to the root with the slash. It does not call the application for this.
     */
    private boolean isOwnRedirect(HttpResponse response) {
        String context = request.origin().switched().contextPath();
        String location = response.headers().get(HttpHeaderNames.LOCATION, "");
        return response.status().code() / 100 == 3 && target.equals(context + request.query()) && location.endsWith(context + "/" + request.query());
    }

    private void content(HttpContent content) {
        int count = content.content().readableBytes();
        if (count > 0) {
            if (responsePending == 0) {
                pendingSince = System.nanoTime();
                checkLater();
            }
            responsePending += count;
            response.content(ByteBufUtil.getBytes(content.content()));
        }
        if (content instanceof LastHttpContent last) {
            finish(keepAlive && requestSent);
            if (!withoutContent) response.end(ConnectorRequest.endToEnd(ConnectorRequest.fields(last.trailingHeaders())));
        }
    }

    /** Called after all messages of one read. */
    void readSome() {
        if (!ended && responsePending == 0) channel.read();
    }

    void ended(String how) {
        if (ended) return;
        if (mayRetry && !responseStarted && !mark.arrived()) {
            mayRetry = false;
            channel.pipeline().get(ConnectorResponseListener.class).serve(null);
            connect();
        } else {
            fail(502, "The server did not send a complete response.", how);
        }
    }

    // ---- the client's progress

    private void checkLater() {
        if (checking || ended) return;
        checking = true;
        contentBefore = contentReceived;
        applicationSlow = contentPending > 0;
        check = loop.after(progress.stall(), this::check);
    }

    /** A client is not treated as slow while the application does not read the content that was sent to it, or does not send anything. */
    private void check() {
        checking = false;
        if (ended) return;
        boolean sending = request.content() && !requestSent;
        long maxNanos = responsePending == 0 ? 0 : progress.maxTime(responsePending).toNanos();
        if (sending && !applicationSlow && contentReceived - contentBefore < progress.minimum()) {
            fail(408, "The request content arrived too slowly: fewer than " + progress.minimum() + " bytes in " + progress.stall().toMillis()
                    + " ms (changeover.stall.min, changeover.stall).", "the client sends too slowly");
        } else if (responsePending > 0 && System.nanoTime() - pendingSince > maxNanos) {
            fail(408, "The response was read too slowly (changeover.stall.min, changeover.stall).", "the client reads too slowly");
        } else if (sending || responsePending > 0) {
            checkLater();
        }
    }

    private void fail(int status, String reason, String how) {
        if (ended) return;
        LOG.log(System.Logger.Level.DEBUG, "{0} {1} over the connector {2} failed: {3}", request.method(), request.printablePath(), address, how);
        finish(false);
        response.failed(status, reason);
    }

    private void finish(boolean reusable) {
        ended = true;
        check.cancel();
        finished.run();
        for (Runnable early = beforeChannel.poll(); early != null; early = beforeChannel.poll()) early.run();
        if (channel == null) return;
        channel.pipeline().get(ConnectorResponseListener.class).serve(null);
        if (reusable) loop.addIdle(address, channel);
        else channel.close();
    }
}
