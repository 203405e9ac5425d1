package io.github.changeover.dispatch;

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
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/** One request and its answer, over a connection to the connector. Everything happens on the loop's thread. */
final class Exchange implements StreamDispatcher.Sending {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());
    /** May be sent again when a connection that waited turns out to have ended (RFC 9110 section 9.2.2). */
    private static final Set<String> REPEATABLE = Set.of("GET", "HEAD", "OPTIONS");

    private final Loop loop;
    private final InnerRequest request;
    private final Fields mark;
    private final StreamDispatcher.Answer answer;
    private final Runnable finished;
    private final InetSocketAddress address;
    private final Queue<Runnable> beforeChannel = new ArrayDeque<>();
    private Channel channel;
    private boolean over, again, requestSent, interim, answering, bare, keepAlive, told;

    Exchange(Loop loop, InnerRequest request, Fields mark, StreamDispatcher.Answer answer, Runnable finished) {
        this.loop = loop;
        this.request = request;
        this.mark = mark;
        this.answer = answer;
        this.finished = finished;
        this.address = request.origin().switched().local();
    }

    // ---- the request

    void begin() {
        if (over) return;
        Optional<Channel> waiting = !request.content() && REPEATABLE.contains(request.method()) ? loop.waiting(address) : Optional.empty();
        again = waiting.isPresent();
        if (again) take(waiting.get());
        else connect();
    }

    /** In the place of {@link #begin}: the loop has ended. */
    void refuse() {
        fail(503, "The application is going.", "the loop has ended");
    }

    private void connect() {
        ChannelFuture connecting = loop.connect(address);
        connecting.addListener(done -> {
            if (!done.isSuccess()) fail(502, "The server could not reach its own connector.", done.cause().toString());
            else if (over) connecting.channel().close();
            else take(connecting.channel());
        });
    }

    private void take(Channel taken) {
        channel = taken;
        channel.pipeline().get(Inbound.class).serve(this);
        channel.write(RequestHead.of(request, mark));
        if (!request.content()) sendEnd(Fields.none());
        channel.flush();
        for (Runnable early = beforeChannel.poll(); early != null; early = beforeChannel.poll()) early.run();
        channel.read();
    }

    private void sendEnd(Fields trailers) {
        channel.writeAndFlush(RequestHead.end(trailers));
        requestSent = true;
    }

    private void onChannel(Runnable task) {
        boolean runs = loop.execute(() -> {
            if (channel != null || over) task.run();
            else beforeChannel.add(task);
        });
        if (!runs) task.run();
    }

    @Override
    public void content(ByteBuffer octets, Runnable taken) {
        ByteBuf copy = Unpooled.copiedBuffer(octets);
        onChannel(() -> {
            if (over) {
                copy.release();
                taken.run();
            } else {
                channel.writeAndFlush(new DefaultHttpContent(copy)).addListener(done -> taken.run());
            }
        });
    }

    @Override
    public void end() {
        end(Fields.none());
    }

    @Override
    public void end(Fields trailers) {
        onChannel(() -> {
            if (!over && !requestSent) sendEnd(trailers);
        });
    }

    @Override
    public void more() {
        onChannel(() -> {
            told = false;
            if (!over) channel.read();
        });
    }

    @Override
    public void abort() {
        loop.execute(() -> {
            if (!over) finish(false);
        });
    }

    // ---- the answer

    void received(HttpObject message) {
        if (over) return;
        if (message.decoderResult().isFailure()) {
            fail(502, "The server answered with something that is no HTTP.", message.decoderResult().cause().toString());
            return;
        }
        if (message instanceof HttpResponse response) {
            interim = response.status().code() < 200;
            if (!interim) head(response);
        }
        if (message instanceof HttpContent content && !interim) content(content);
    }

    private void head(HttpResponse response) {
        int status = response.status().code();
        answering = true;
        keepAlive = HttpUtil.isKeepAlive(response);
        bare = request.method().equals("HEAD") || status == 204 || status == 304 || response.headers().containsValue(HttpHeaderNames.CONTENT_LENGTH, "0", false);
        answer.head(status, Hop.without(RequestHead.fields(response.headers())), bare);
    }

    private void content(HttpContent content) {
        if (content.content().isReadable()) {
            told = true;
            answer.content(ByteBufUtil.getBytes(content.content()));
        }
        if (content instanceof LastHttpContent last) {
            finish(keepAlive && requestSent);
            if (!bare) answer.end(Hop.without(RequestHead.fields(last.trailingHeaders())));
        }
    }

    /** After all that one read brought. */
    void readSome() {
        if (!over && !told) channel.read();
    }

    void ended(String how) {
        if (over) return;
        if (again && !answering) {
            again = false;
            channel.pipeline().get(Inbound.class).serve(null);
            connect();
        } else {
            fail(502, "The server gave no whole answer.", how);
        }
    }

    private void fail(int status, String reason, String how) {
        if (over) return;
        LOG.log(System.Logger.Level.DEBUG, "{0} {1} by way of {2} failed: {3}", request.method(), request.path(), address, how);
        finish(false);
        answer.failed(status, reason);
    }

    private void finish(boolean reusable) {
        over = true;
        finished.run();
        for (Runnable early = beforeChannel.poll(); early != null; early = beforeChannel.poll()) early.run();
        if (channel == null) return;
        channel.pipeline().get(Inbound.class).serve(null);
        if (reusable) loop.keep(address, channel);
        else channel.close();
    }
}
