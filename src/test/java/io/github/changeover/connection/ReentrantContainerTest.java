package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A container that calls back inside a write, as Payara does. */
class ReentrantContainerTest {
    private final CallbackExecutor pool = CallbackExecutor.of(4, Thread::new, null);
    private final ConnectionFixture fixture = new ConnectionFixture(pool);
    private final MemoryTransport transport = new MemoryTransport();
    private final List<Thread> receivers = new CopyOnWriteArrayList<>();
    private final ReentrantLock users = new ReentrantLock();
    private final RecordingHandler recorder = new RecordingHandler() {
        @Override
        void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
            receivers.add(Thread.currentThread());
            record("received");
        }

        @Override
        void onClosed(SwitchedConnection connection) {
            users.lock();
            users.unlock();
        }
    };
    private final TransportConnection connection = fixture.connection(recorder);

    @AfterEach
    void stop() {
        pool.close();
    }

    private static void awaitEvents(RecordingHandler recorder, String... events) {
        ConnectionFixture.await(() -> recorder.events().equals(List.of(events)));
    }

    @Test
    void eventsInsideAWriteAreHandledOutsideIt() {
        transport.open(connection);
        transport.insideNextWrite(() -> transport.peerSends("x"));
        connection.send(ConnectionFixture.bytes("out"));
        awaitEvents(recorder, "opened", "received");
        assertThat(receivers).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(transport.text()).isEqualTo("out");
    }

    @Test
    void writableInsideAWriteIsNotLost() {
        transport.window(1).open(connection);
        transport.insideNextWrite(connection::writable);
        connection.send(ConnectionFixture.bytes("abc"));
        transport.peerReads(2);
        ConnectionFixture.await(() -> transport.text().equals("abc"));
    }

    @Test
    void releaseInsideAFailedWriteClosesOnce() {
        transport.open(connection);
        transport.insideNextWrite(connection::released);
        transport.writesFail(new IOException("closed"));
        connection.send(ConnectionFixture.bytes("lost"));
        awaitEvents(recorder, "opened", "closed");
    }

    @Test
    void releaseInsideAWriteOfACallbackClosesOnce() {
        RecordingHandler echo = new RecordingHandler() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(ConnectionFixture.bytes(9000));
            }
        };
        TransportConnection echoing = fixture.connection(echo);
        transport.open(echoing);
        transport.insideNextWrite(echoing::released);
        transport.peerSends("x");
        awaitEvents(echo, "opened", "closed");
    }

    @Test
    void senderMayHoldItsOwnLock() {
        transport.open(connection);
        users.lock();
        try {
            transport.insideNextWrite(connection::released);
            connection.send(ConnectionFixture.bytes("x"));
        } finally {
            users.unlock();
        }
        awaitEvents(recorder, "opened", "closed");
    }

    @Test
    void runtimeExceptionInAWriteBreaksTheConnection() {
        transport.open(connection);
        transport.insideNextWrite(() -> {
            throw new NullPointerException("recycled");
        });
        connection.send(ConnectionFixture.bytes("x"));
        awaitEvents(recorder, "opened", "closed");
        assertThat(recorder.cause().failure()).get().isInstanceOf(IOException.class);
    }
}
