package io.github.changeover.servlet.tomcat;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.Lock;
import org.apache.tomcat.util.collections.SynchronizedStack;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Takes a socket from Tomcat's poller and gives its two buffers of 8 KB back to Tomcat. Everything else of the socket stays Tomcat's: its place in the
 * number of connections, its wrapper and its processor.
 */
final class TomcatSocketBuffers {
    private static final SocketBufferHandler NO_BUFFERS = new SocketBufferHandler(0, 0, false);
    private static final MethodHandle RESET, LOCK;
    private static final Field BUFFERS, POOL, SOCKET, WRAPPER;
    private static final String MISSING;        // null if all members were found. An initializer that throws would tell the reason only once

    static {
        MethodHandle reset = null, lock = null;
        Field buffers = null, pool = null, socket = null, ofChannel = null;
        String missing = null;
        try {
            Method withType = SocketWrapperBase.class.getDeclaredMethod("reset", Object.class);
            withType.setAccessible(true);
            reset = MethodHandles.lookup().unreflect(withType);
            // Its type is Lock in Tomcat 10.1, and ReentrantLock in Tomcat 11.
            lock = MethodHandles.lookup().unreflect(SocketWrapperBase.class.getMethod("getLock"));
            buffers = TomcatFacades.field(SocketWrapperBase.class, "socketBufferHandler");
            pool = TomcatFacades.field(NioSocketWrapper.class, "nioChannels");
            socket = TomcatFacades.field(NioChannel.class, "sc");
            ofChannel = TomcatFacades.field(NioChannel.class, "socketWrapper");
        } catch (ReflectiveOperationException | RuntimeException failure) {
            missing = failure.toString();
        }
        RESET = reset;
        LOCK = lock;
        BUFFERS = buffers;
        POOL = pool;
        SOCKET = socket;
        WRAPPER = ofChannel;
        MISSING = missing;
    }

    private TomcatSocketBuffers() {
    }

    /** Finds all members. */
    static void check() throws ReflectiveOperationException {
        if (MISSING != null) throw new ReflectiveOperationException(MISSING);
        NioSocketWrapper.class.getMethod("interestOps", int.class);
        NioSocketWrapper.class.getMethod("getPoller").getReturnType().getMethod("getSelector");
    }

    /** Returns the lock that Tomcat holds during each dispatch of a socket. */
    static Lock lock(SocketWrapperBase<?> wrapper) {
        try {
            return (Lock) LOCK.invoke(wrapper);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Ends the interest of Tomcat's poller. An event that it has found already is still dispatched. */
    static void leavePoller(NioSocketWrapper wrapper, SocketChannel channel) {
        wrapper.interestOps(0);
        SelectionKey key = channel.keyFor(wrapper.getPoller().getSelector());
        if (key != null) key.interestOps(0);
    }

    /** Returns the buffers to Tomcat, if they are empty. The caller holds the lock of the socket, and no registration with Tomcat's poller is pending. */
    @SuppressWarnings("unchecked")
    static void release(NioSocketWrapper wrapper) throws IOException {
        NioChannel channel = wrapper.getSocket();
        SocketBufferHandler buffers = wrapper.getSocketBufferHandler();
        if (channel.getClass() != NioChannel.class || buffers == NO_BUFFERS || !buffers.isReadBufferEmpty() || !buffers.isWriteBufferEmpty()) return;
        try {
            SynchronizedStack<NioChannel> pool = (SynchronizedStack<NioChannel>) POOL.get(wrapper);
            NioChannel replacement = withoutBuffers(channel.getIOChannel(), wrapper);
            BUFFERS.set(wrapper, NO_BUFFERS);
            RESET.invoke((SocketWrapperBase<?>) wrapper, (Object) replacement);
            channel.reset(null, null);
            if (pool == null || !pool.push(channel)) channel.free();
        } catch (IOException | RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Returns a channel without buffers, in place of Tomcat's. Tomcat resets a channel when its connection closes, and then keeps it for another connection.
     * This one must not be kept, so its buffer handler is null: the reset fails, and Tomcat ignores the failure. It is no class of ours, because the JVM would
     * compile such a class into the method in which Tomcat's poller always is, and so keep the application after its end.
     */
    private static NioChannel withoutBuffers(SocketChannel socket, NioSocketWrapper wrapper) throws IllegalAccessException {
        NioChannel channel = new NioChannel(null);
        SOCKET.set(channel, socket);
        WRAPPER.set(channel, wrapper);
        return channel;
    }
}
