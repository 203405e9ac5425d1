package io.github.changeover.loopback;

import io.github.changeover.netty.HeapMemory;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The single event loop thread and its idle connections to the connector. Started on first use. */
final class ConnectorEventLoop implements AutoCloseable {
    private static final int READ = 16 * 1024, MAX_HEAD = 64 * 1024, MAX_IDLE = 64;
    /** Shorter than the idle timeout of any container, so that a request does not use a connection that is just being closed. */
    private static final long IDLE_SECONDS = 5;
    private final ClassLoader loader;
    private final Map<InetSocketAddress, Deque<Channel>> idle = new HashMap<>();      // used on the thread only
    private final Map<Channel, Long> since = new HashMap<>();
    private volatile SingleThreadIoEventLoop thread;
    private volatile Thread running;
    private boolean closed, closeScheduled;

    ConnectorEventLoop(ClassLoader loader) {
        this.loader = loader;
    }

    private synchronized Optional<SingleThreadIoEventLoop> thread() {
        if (closed) return Optional.empty();
        if (thread == null) {
            thread = new SingleThreadIoEventLoop(null, task -> {
                Thread made = new FastThreadLocalThread(task, "changeover-dispatch");
                made.setDaemon(true);
                made.setContextClassLoader(loader);
                running = made;
                return made;
            }, NioIoHandler.newFactory());
        }
        return Optional.of(thread);
    }

    /** Runs the task on the thread. Returns false if the event loop has stopped. */
    boolean execute(Runnable task) {
        Optional<SingleThreadIoEventLoop> running = thread();
        try {
            running.ifPresent(loop -> loop.execute(task));
            return running.isPresent();
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** Runs the task later. A cancelled task is released, even if it is cancelled before the thread has seen it. */
    StreamDispatcher.Timeout after(Duration time, Runnable task) {
        Optional<SingleThreadIoEventLoop> running = thread();
        if (running.isEmpty()) return StreamDispatcher.Timeout.NONE;
        try {
            Future<?> scheduled = running.get().schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException ended) {
            return StreamDispatcher.Timeout.NONE;
        }
    }

    /** Returns an idle connection that has served a request before, if there is one. This method must be called on the loop's thread. */
    Optional<Channel> waiting(InetSocketAddress address) {
        Deque<Channel> channels = idle.getOrDefault(address, new ArrayDeque<>(0));
        for (Channel channel = channels.pollLast(); channel != null; channel = channels.pollLast()) {
            since.remove(channel);
            if (channel.isActive()) return Optional.of(channel);
        }
        return Optional.empty();
    }

    /** Stores a connection that can serve another request. This method must be called on the loop's thread. */
    void addIdle(InetSocketAddress address, Channel channel) {
        Deque<Channel> channels = idle.computeIfAbsent(address, first -> new ArrayDeque<>());
        if (!channel.isActive() || channels.size() >= MAX_IDLE) {
            channel.close();
            return;
        }
        channels.addLast(channel);
        since.put(channel, System.nanoTime());
        channel.read();         // detects the end of the connection
        if (!closeScheduled) scheduleClose();
    }

    private void scheduleClose() {
        closeScheduled = true;
        thread.schedule(() -> {
            long longest = System.nanoTime() - TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
            since.entrySet().stream().filter(entry -> entry.getValue() - longest <= 0).map(Map.Entry::getKey).toList().forEach(Channel::close);
            closeScheduled = false;
            if (!since.isEmpty()) scheduleClose();
        }, IDLE_SECONDS, TimeUnit.SECONDS);
    }

    void removeIdle(Channel channel) {
        if (since.remove(channel) != null) idle.values().forEach(channels -> channels.remove(channel));
    }

    /** This method must be called on the loop's thread. */
    ChannelFuture connect(InetSocketAddress address) {
        return new Bootstrap().group(thread).channel(NioSocketChannel.class).disableResolver()
                .option(ChannelOption.AUTO_READ, false).option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
                .option(ChannelOption.ALLOCATOR, HeapMemory.ALLOCATOR).option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ).maxMessagesPerRead(1))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpClientCodec(MAX_HEAD, MAX_HEAD, READ), new ConnectorResponseListener(ConnectorEventLoop.this));
                    }
                }).connect(address);
    }

    @Override
    public void close() {
        SingleThreadIoEventLoop last;
        synchronized (this) {
            closed = true;
            last = thread;
        }
        if (last == null) return;
        last.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        try {
            last.awaitTermination(3, TimeUnit.SECONDS);
            if (running != null) running.join(1000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
