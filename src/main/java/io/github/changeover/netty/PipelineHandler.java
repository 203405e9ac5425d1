package io.github.changeover.netty;

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
 * Implements a protocol with a Netty pipeline. The pipeline's handlers run as callbacks of the connection, one at a time, on the thread
 * that processes the event. Other threads use {@link PipelineConnection#execute}. The connection closes when the pipeline closes, and when a handler
 * throws.
 */
public final class PipelineHandler implements ConnectionHandler.Events {
    /**
     * Adds the handlers to the pipeline of a connection that has just opened. The handlers receive the end of the connection as
     * {@code channelInactive}.
     */
    @FunctionalInterface
    public interface PipelineSetup {
        void addHandlers(ChannelPipeline pipeline, PipelineConnection connection) throws Exception;
    }

    /** Gives access to the pipeline, and gives its handlers control over reading. */
    public interface PipelineConnection {
        /**
         * Runs the task inside the pipeline, after earlier tasks. The task never runs if the connection closes first. May be called on any
         * thread.
         */
        void execute(Runnable task);

        /** Stops reading for now. */
        void pause();

        /** Reads again. */
        void resume();
    }

    private static final System.Logger LOG = System.getLogger(PipelineHandler.class.getName());
    private PipelineSetup setup;            // null after use: it refers to the first response, which must not be retained for the lifetime of the connection
    private ConnectionChannel channel;

    public PipelineHandler(PipelineSetup setup) {
        this.setup = Objects.requireNonNull(setup, "setup");
    }

    @FunctionalInterface
    private interface ChannelCall {
        void run() throws Exception;
    }

    private void call(ChannelCall call) {
        try {
            call.run();
            channel.runPendingTasks();
            checkException();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        } finally {
            // The thread belongs to the container and outlives the application, so no thread-local value of Netty may remain on it.
            if (!(Thread.currentThread() instanceof FastThreadLocalThread)) FastThreadLocal.removeAll();
        }
    }

    /** An exception of a codec about bytes that have closed the channel is the peer's fault. It is only logged. */
    private void checkException() {
        try {
            channel.checkException();
        } catch (DecoderException malformed) {
            if (channel.isOpen()) throw malformed;
            LOG.log(System.Logger.Level.DEBUG, "Malformed bytes from the client ended the connection", malformed);
        }
    }

    @Override
    public void opened(SwitchedConnection connection) {
        PipelineConnection pipelineConnection = new PipelineConnection() {
            @Override
            public void execute(Runnable task) {
                connection.execute(() -> call(task::run));
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
        PipelineSetup newSetup = setup;
        setup = null;
        call(() -> {
            channel = new ConnectionChannel(connection);
            newSetup.addHandlers(channel.pipeline(), pipelineConnection);
        });
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        if (channel.isOpen()) call(() -> channel.received(Unpooled.copiedBuffer(bytes)));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        call(() -> channel.writable(true));
    }

    /** The client has ended its side. Requests received before that still get a response. */
    @Override
    public void ended(SwitchedConnection connection) {
        call(() -> channel.close());
    }

    /** The protocol sends its closing messages. */
    @Override
    public void idle(SwitchedConnection connection) {
        call(() -> channel.detach());
    }

    /** The protocol sends its closing messages and closes when the work in progress is done. */
    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        call(() -> channel.close());
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        setup = null;
        if (channel != null) call(() -> channel.unsafe().close(channel.voidPromise()));
    }
}
