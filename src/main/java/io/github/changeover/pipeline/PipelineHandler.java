package io.github.changeover.pipeline;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * Speaks a protocol with a Netty pipeline. Its handlers run in the connection's turns, on whatever thread is at hand; from
 * elsewhere they are reached by {@link Inside#execute}. The pipeline's close closes the connection, and so does what a handler throws.
 */
public final class PipelineHandler implements ConnectionHandler.Events {
    /** Puts the handlers into the pipeline of a connection that was opened; they are told its end as {@code channelInactive}. */
    @FunctionalInterface
    public interface Setup {
        void fill(ChannelPipeline pipeline, Inside inside) throws Exception;
    }

    /** The way into the pipeline, and what its handlers may ask of the connection. */
    public interface Inside {
        /** Runs the task inside, after those before it; never if the connection closes before. From any thread. */
        void execute(Runnable task);

        /** Reads no more for now. */
        void pause();

        /** Reads again. */
        void resume();
    }

    private static final System.Logger LOG = System.getLogger(PipelineHandler.class.getName());
    private Setup setup;            // null once it is done: it knows the first answer, which is not to be kept for the connection's life
    private Socketless channel;

    public PipelineHandler(Setup setup) {
        this.setup = Objects.requireNonNull(setup, "setup");
    }

    @FunctionalInterface
    private interface Entry {
        void run() throws Exception;
    }

    private void enter(Entry entry) {
        try {
            entry.run();
            channel.runPendingTasks();
            checkException();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        } finally {
            // The thread is the container's, and outlives the application: nothing of Netty's may stay with it.
            if (!(Thread.currentThread() instanceof FastThreadLocalThread)) FastThreadLocal.removeAll();
        }
    }

    /** What a codec throws about octets that have closed the channel is the peer's fault, and told to nobody but the log. */
    private void checkException() {
        try {
            channel.checkException();
        } catch (DecoderException malformed) {
            if (channel.isOpen()) throw malformed;
            LOG.log(System.Logger.Level.DEBUG, "A peer's octets ended the connection", malformed);
        }
    }

    @Override
    public void opened(SwitchedConnection connection) {
        Inside inside = new Inside() {
            @Override
            public void execute(Runnable task) {
                connection.execute(() -> enter(task::run));
            }

            @Override
            public void pause() {
                connection.pause();
            }

            @Override
            public void resume() {
                connection.resume();
            }
        };
        Setup once = setup;
        setup = null;
        enter(() -> {
            channel = new Socketless(connection);
            once.fill(channel.pipeline(), inside);
        });
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer octets) {
        if (channel.isOpen()) enter(() -> channel.feed(Unpooled.copiedBuffer(octets)));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        enter(() -> channel.room(true));
    }

    /** What was asked before is still answered. */
    @Override
    public void ended(SwitchedConnection connection) {
        enter(() -> channel.close());
    }

    /** The protocol says its goodbye. */
    @Override
    public void idle(SwitchedConnection connection) {
        enter(() -> channel.leave());
    }

    /** The protocol says its goodbye, and closes when what is under way is done. */
    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        enter(() -> channel.close());
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        setup = null;
        if (channel != null) enter(() -> channel.unsafe().close(channel.voidPromise()));
    }
}
