package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.eventloop.EventLoops;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads, memory and limits that the connections of one application share. */
public final class ApplicationResources implements AutoCloseable {
    /** The context of a thread while it runs a callback, in addition to the application's class loader, such as an active CDI request scope. */
    public interface CallbackScope {
        CallbackScope NONE = new CallbackScope() {
            private final Runnable nothing = () -> { };

            @Override
            public Runnable begin() {
                return nothing;
            }
        };

        /** Begins the scope on this thread. Returns an action that ends it. Neither throws. */
        Runnable begin();
    }

    private static final int OUTPUT_BUFFER = 32 * 1024;     // bytes
    private static final int OUTPUT_BUFFERS_KEPT = 128;

    private final ConnectionLimits limits;
    private final ConnectionRegistry registry = new ConnectionRegistry();
    private final BufferPool outputBuffers = new BufferPool(OUTPUT_BUFFER, OUTPUT_BUFFERS_KEPT, ByteBuffer::allocateDirect);
    private final Executor callbacks;
    private final BlockingHandlerThreads blocking;
    private final MemoryBudget memory;
    private final ClassLoader loader;
    private final CallbackScope scope;
    private final ConnectionListener listener;
    private final OutputFlusher flusher;
    private final ExecutorService housekeeping;
    private final EventLoops loops;

    /**
     * @param limits    the limits of a connection that has no limits of its own
     * @param callbacks runs the callbacks that are not run by a thread of the container, see {@link CallbackExecutor}; must not run them on the calling
     *                  thread
     * @param blocking  threads for handlers that block
     * @param memory    the memory budget of all connections together
     * @param loader    the class loader of the application, set while its code runs
     * @param scope     begun on the thread before each callback
     * @param listener  called for all connections of the application
     * @param loops     event loops for connections whose transport can use them; null if the container reports all events
     */
    public ApplicationResources(ConnectionLimits limits, Executor callbacks, BlockingHandlerThreads blocking, MemoryBudget memory, ClassLoader loader, CallbackScope scope,
                       ConnectionListener listener, EventLoops loops) {
        this(limits, callbacks, blocking, memory, loader, scope, listener, housekeeping(loader), loops);
    }

    /** The resources of connections for which the container reports all events. */
    public ApplicationResources(ConnectionLimits limits, Executor callbacks, BlockingHandlerThreads blocking, MemoryBudget memory, ClassLoader loader, CallbackScope scope,
                       ConnectionListener listener) {
        this(limits, callbacks, blocking, memory, loader, scope, listener, null);
    }

    ApplicationResources(ConnectionLimits limits, Executor callbacks, BlockingHandlerThreads blocking, MemoryBudget memory, ClassLoader loader, CallbackScope scope,
                ConnectionListener listener, ExecutorService housekeeping, EventLoops loops) {
        this.loops = loops;
        this.limits = limits;
        this.callbacks = callbacks;
        this.blocking = blocking;
        this.memory = memory;
        this.loader = loader;
        this.scope = scope;
        this.listener = listener;
        this.flusher = new OutputFlusher(loader);
        this.housekeeping = housekeeping;
        memory.setConnections(registry);
    }

    /** At most two threads for work that the monitor must not do itself, because a container may block when it closes a connection. Idle threads end. */
    private static ExecutorService housekeeping(ClassLoader loader) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "changeover-housekeeping");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        }, new ThreadPoolExecutor.DiscardPolicy());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** The limits of each connection that has no limits of its own. */
    public ConnectionLimits limits() {
        return limits;
    }

    public ConnectionRegistry registry() {
        return registry;
    }

    /** The buffers for bytes that wait to be sent. A connection holds buffers only while bytes wait. */
    BufferPool outputBuffers() {
        return outputBuffers;
    }

    Executor callbacks() {
        return callbacks;
    }

    public BlockingHandlerThreads blocking() {
        return blocking;
    }

    public MemoryBudget memory() {
        return memory;
    }

    ConnectionListener listener() {
        return listener;
    }

    OutputFlusher flusher() {
        return flusher;
    }

    Executor housekeeping() {
        return housekeeping;
    }

    /** The event loops, if there are any. */
    public Optional<EventLoops> loops() {
        return Optional.ofNullable(loops);
    }

    public EventLoops.State loopState() {
        return loops == null ? EventLoops.State.NONE : loops.state();
    }

    /** Sets the application's class loader on this thread. Returns the previous class loader, for {@link #leave}. */
    ClassLoader enter() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (before != loader) thread.setContextClassLoader(loader);
        return before;
    }

    void leave(ClassLoader before) {
        if (before != loader) Thread.currentThread().setContextClassLoader(before);
    }

    /** As {@link CallbackScope#begin}. Called after {@link #enter}. Does not set the user of a connection. */
    Runnable beginScope() {
        return scope.begin();
    }

    /** Ends the threads. Called after all connections have ended. */
    @Override
    public void close() {
        try {
            if (loops != null) loops.close();
        } finally {
            flusher.close();
            housekeeping.shutdownNow();
            BlockingHandlerThreads.await(housekeeping);
        }
    }
}
