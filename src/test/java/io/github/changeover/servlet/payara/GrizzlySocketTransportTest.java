package io.github.changeover.servlet.payara;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The beginning of a connection on the socket of Grizzly, without Grizzly. */
@Timeout(60)
class GrizzlySocketTransportTest {
    private static final int REPEATS = 500;
    private final AtomicInteger reported = new AtomicInteger();         // connections that were opened
    private final ExecutorService callbacks = Executors.newFixedThreadPool(2), events = Executors.newFixedThreadPool(2);
    private final ApplicationResources application = new ApplicationResources(ConnectionLimits.DEFAULT, callbacks, BlockingHandlerThreads.of(1, null), new MemoryBudget(1 << 20),
            getClass().getClassLoader(), ApplicationResources.CallbackScope.NONE, new ConnectionListener() {
                @Override
                public void opened(TransportConnection connection) {
                    reported.incrementAndGet();
                }
            }, new EventLoops(1, Executors.newCachedThreadPool()));

    private static final class Calls implements ConnectionHandler.Events {
        private final AtomicInteger opened = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public void opened(SwitchedConnection connection) {
            opened.incrementAndGet();
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            bytes.position(bytes.limit());
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
            closed.incrementAndGet();
        }
    }

    @AfterEach
    void stop() {
        application.close();
        callbacks.shutdownNow();
        events.shutdownNow();
    }

    @Test
    @DisplayName("If a thread takes the loop while an event opens the connection, the connection is opened once")
    void eventsOfTwoThreadsOpenOnce() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        for (int i = 0; i < REPEATS; i++) {
            Calls handler = new Calls();
            TransportConnection connection = new TransportConnection(application, UpgradeRequest.builder().path("/socket").build(), ProtocolToken.of("test"), EarlyData.DELIVER, handler, () -> { });
            try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    SocketChannel client = SocketChannel.open(listener.getLocalAddress()); SocketChannel server = listener.accept()) {
                server.configureBlocking(false);
                GrizzlySocketTransport transport = new GrizzlySocketTransport(server, ByteBuffer.allocate(0), () -> close(server), connection);
                Future<?>[] both = new Future<?>[2];
                for (int thread = 0; thread < 2; thread++) {
                    both[thread] = events.submit(() -> {
                        together.await();
                        transport.readable();
                        return null;
                    });
                }
                for (Future<?> each : both) each.get();
                connection.abort();
                while (handler.closed.get() == 0) Thread.onSpinWait();
            }
            assertThat(handler.opened).hasValueLessThanOrEqualTo(1);
            assertThat(reported).hasValue(i + 1);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
