package io.github.changeover.servlet.adapter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Events of the container that happen while a reader runs on another thread. */
class ServletTransportTest {
    private static final int ROUNDS = 20_000;
    private static final UpgradeRequest REQUEST = UpgradeRequest.builder().build();
    private static final NativeConnection CALLBACKS_ONLY = new NativeConnection() {
        @Override
        public boolean streamsInCallbacksOnly() {
            return true;
        }
    };

    /** Runs no callback: the test reads. */
    private final ApplicationResources application = new ApplicationResources(ConnectionLimits.DEFAULT, callback -> { }, BlockingHandlerThreads.of(1, null), new MemoryBudget(1 << 20),
            getClass().getClassLoader(), ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE);

    private final ExecutorService reader = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        reader.shutdownNow();
        application.close();
    }

    private ServletTransport transport(ScriptedInput in, NativeConnection nativeConnection) {
        TransportConnection connection = new TransportConnection(application, REQUEST, ProtocolToken.of("any"), EarlyData.DELIVER, new ConnectionHandler.Events() {
            @Override
            public void received(io.github.changeover.spi.SwitchedConnection from, ByteBuffer bytes) {
            }
        }, () -> { });
        ServletTransport transport = new ServletTransport(new FakeWebConnection(in), connection, nativeConnection);
        transport.start();
        return transport;
    }

    private static int readToEnd(ServletTransport transport) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(100);
        for (int count = 0; ; ) {
            int read = transport.read(into.clear());
            if (read < 0) return count;
            count += read;
        }
    }

    @Test
    @DisplayName("If any thread may read the stream, bytes that arrive together with the end during a read are not lost")
    void bytesWithTheEndAreReadOnAnyThread() throws IOException {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, NativeConnection.NONE);
        in.asked = () -> in.arrive(5);      // isReady() has already returned false; then the bytes arrive
        assertThat(transport.read(ByteBuffer.allocate(100))).isZero();
        in.asked = () -> { };
        assertThat(readToEnd(transport)).isEqualTo(5);
    }

    @Test
    @DisplayName("If only the thread of the container reads ahead, bytes that arrive together with the end during a read are not lost")
    void bytesWithTheEndAreReadAhead() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ScriptedInput in = new ScriptedInput();
            ServletTransport transport = transport(in, CALLBACKS_ONLY);
            Future<Integer> count = reader.submit(() -> readToEnd(transport));
            in.arrive(5);
            transport.onDataAvailable();
            assertThat(count.get(10, TimeUnit.SECONDS)).as("bytes in round %s", round).isEqualTo(5);
            transport.abort();
        }
    }

    @Test
    @DisplayName("On a container of which nothing is known only its own thread reads")
    void unknownContainerIsReadOnItsOwnThreadOnly() throws Exception {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, Container.Plain.UNKNOWN_STREAMS);
        Set<Thread> asking = ConcurrentHashMap.newKeySet();
        in.asked = () -> asking.add(Thread.currentThread());
        in.arrive(5);
        transport.onDataAvailable();
        assertThat(reader.submit(() -> readToEnd(transport)).get(10, TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(asking).containsExactly(Thread.currentThread());
    }

    @Test
    @DisplayName("What such a container had told of when there was no room for it is read once there is: it does not call again")
    void bytesWithoutRoomAreReadWhenThereIsRoom() throws IOException {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, Container.Plain.UNKNOWN_STREAMS);
        in.arrive(1 << 20);
        transport.onDataAvailable();
        assertThat(readToEnd(transport)).isEqualTo(1 << 20);
    }

    @Test
    @DisplayName("A container that reads and tells on is left alone, although it cannot be asked to tell again")
    void noOtherThreadReadsIfTheContainerCallsBack() throws IOException {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, CALLBACKS_ONLY);
        in.arrive(1 << 20);
        transport.onDataAvailable();
        in.asked = () -> {
            throw new AssertionError("asked by the reader");
        };
        ByteBuffer into = ByteBuffer.allocate(1 << 20);
        for (int count = transport.read(into); count > 0; ) count = transport.read(into);
        assertThat(into.position()).isBetween(1, 1 << 16);
        in.asked = () -> { };
        transport.onDataAvailable();
        assertThat(transport.read(into)).isPositive();
    }

    @Test
    @DisplayName("Such a container is given whole arrays only: Undertow writes all of one, whichever part it is told")
    void onlyWholeArraysAreWritten() throws IOException {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, Container.Plain.UNKNOWN_STREAMS);
        transport.onWritePossible();
        assertThat(transport.write(ByteBuffer.wrap("abcdef".getBytes(US_ASCII), 2, 3))).isTrue();
        assertThat(new String(in.wholeArrays.toByteArray(), US_ASCII)).isEqualTo("cde");
    }

    // ---- the end

    /** An operation of a thread inside a stream, while another thread ends the connection. */
    private enum StreamOperation {
        READING {
            @Override
            void run(ServletTransport transport) throws IOException {
                transport.read(ByteBuffer.allocate(1));
            }
        },
        WRITING {
            @Override
            void run(ServletTransport transport) throws IOException {
                transport.onWritePossible();
                transport.write(ByteBuffer.allocate(1));
            }
        };

        abstract void run(ServletTransport transport) throws IOException;
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"READING, abort", "READING, close", "WRITING, abort", "WRITING, close"})
    @DisplayName("The streams are closed when nobody is inside: the container may use them again at once, for another client")
    void closeWaitsForThreadsInTheStreams(StreamOperation inside, String end) throws Exception {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, NativeConnection.NONE);
        CountDownLatch leave = new CountDownLatch(1);
        Future<?> user = blockInside(inside, transport, in, leave);
        Thread closer = new Thread(end.equals("abort") ? transport::abort : transport::close);
        closer.start();
        awaitWaiting(closer);
        assertThat(in.closedWhileInside).as("closed while a thread is inside").isFalse();
        leave.countDown();
        user.get(10, TimeUnit.SECONDS);
        closer.join(10_000);
        assertThat(in.closed).as("closed").isTrue();
        assertThat(in.closedWhileInside).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("The container ends the connection when nobody is inside its streams: it may use them again at once, for another client")
    void destroyWaitsForThreadsInTheStreams(StreamOperation inside) throws Exception {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, NativeConnection.NONE);
        CountDownLatch leave = new CountDownLatch(1);
        Future<?> user = blockInside(inside, transport, in, leave);
        Thread container = new Thread(transport::detach);
        container.start();
        awaitWaiting(container);
        assertThat(container.isAlive()).as("the container waits").isTrue();
        leave.countDown();
        user.get(10, TimeUnit.SECONDS);
        container.join(10_000);
        assertThat(container.isAlive()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("Nobody enters the streams once the connection has ended")
    void streamsAreNotUsedAfterTheClose(StreamOperation inside) throws IOException {
        ScriptedInput in = new ScriptedInput();
        ServletTransport transport = transport(in, NativeConnection.NONE);
        transport.abort();
        in.held = () -> {
            throw new AssertionError("inside after the end");
        };
        assertThatThrownBy(() -> inside.run(transport)).isInstanceOf(IOException.class);
    }

    /** Returns when a thread is inside the stream. It stays there until the latch opens. */
    private Future<?> blockInside(StreamOperation inside, ServletTransport transport, ScriptedInput in, CountDownLatch leave) {
        CountDownLatch entered = new CountDownLatch(1);
        in.held = () -> {
            entered.countDown();
            await(leave);
        };
        Future<?> user = reader.submit(() -> enter(inside, transport));
        await(entered);
        return user;
    }

    /** The operation may fail because the connection is closed. */
    private static void enter(StreamOperation inside, ServletTransport transport) {
        try {
            inside.run(transport);
        } catch (IOException closed) {
            assertThat(closed).hasMessage("The connection is closed");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    /** Waits until the thread waits or has ended. */
    private static void awaitWaiting(Thread thread) {
        Set<Thread.State> going = EnumSet.of(Thread.State.NEW, Thread.State.RUNNABLE, Thread.State.BLOCKED);
        for (long end = System.nanoTime() + 10_000_000_000L; going.contains(thread.getState()) && System.nanoTime() < end; ) Thread.onSpinWait();
    }

    /** A stream in which some bytes arrive together with the end. */
    private static final class ScriptedInput extends ServletInputStream {
        private final ByteArrayOutputStream wholeArrays = new ByteArrayOutputStream();      // each write sends the whole array, as in Undertow
        private Runnable asked = () -> { }, held = () -> { };       // held: runs inside either stream
        private volatile boolean someoneInside, closed, closedWhileInside;
        private int available;
        private boolean ended;

        synchronized void arrive(int count) {
            available = count;
            ended = true;
        }

        private void inside() {
            someoneInside = true;
            held.run();
            someoneInside = false;
        }

        @Override
        public boolean isReady() {
            inside();
            synchronized (this) {
                boolean ready = available > 0 || ended;
                asked.run();
                return ready;
            }
        }

        @Override
        public synchronized boolean isFinished() {
            return ended;
        }

        @Override
        public void setReadListener(ReadListener listener) {
        }

        @Override
        public synchronized int read(byte[] into, int from, int length) {
            if (available == 0) return -1;
            int count = Math.min(length, available);
            available -= count;
            return count;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }
    }

    private record FakeWebConnection(ScriptedInput in) implements WebConnection {
        @Override
        public ServletInputStream getInputStream() {
            return in;
        }

        @Override
        public ServletOutputStream getOutputStream() {
            return new ServletOutputStream() {
                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setWriteListener(WriteListener listener) {
                }

                @Override
                public void write(int b) {
                }

                @Override
                public void write(byte[] array, int from, int length) {
                    in.inside();
                    in.wholeArrays.writeBytes(array);
                }
            };
        }

        @Override
        public void close() {
            in.closed = true;
            in.closedWhileInside |= in.someoneInside;
        }
    }
}
