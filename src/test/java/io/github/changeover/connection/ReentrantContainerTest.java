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

/** A container that calls back from inside a write, as Payara does. */
class ReentrantContainerTest {
    private final CallbackExecutor pool = CallbackExecutor.of(4, Thread::new, null);
    private final Rig rig = new Rig(pool);
    private final MemoryTransport transport = new MemoryTransport();
    private final List<Thread> receivers = new CopyOnWriteArrayList<>();
    private final ReentrantLock users = new ReentrantLock();
    private final Diary diary = new Diary() {
        @Override
        void onReceived(SwitchedConnection connection, ByteBuffer bytes) {
            receivers.add(Thread.currentThread());
            tell("received");
        }

        @Override
        void onClosed(SwitchedConnection connection) {
            users.lock();
            users.unlock();
        }
    };
    private final TransportConnection connection = rig.connection(diary);

    @AfterEach
    void stop() {
        pool.close();
    }

    private static void awaitTold(Diary diary, String... events) {
        Rig.await(() -> diary.told().equals(List.of(events)));
    }

    @Test
    void whatItTellsInsideAWriteIsNotHandledInThere() {
        transport.open(connection);
        transport.insideNextWrite(() -> transport.peerSends("x"));
        connection.send(Rig.bytes("out"));
        awaitTold(diary, "opened", "received");
        assertThat(receivers).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(transport.text()).isEqualTo("out");
    }

    @Test
    void roomToldInsideAWriteIsNotForgotten() {
        transport.window(1).open(connection);
        transport.insideNextWrite(connection::writable);
        connection.send(Rig.bytes("abc"));
        transport.peerTakes(2);
        Rig.await(() -> transport.text().equals("abc"));
    }

    @Test
    void anEndToldInsideAWriteThatFailsIsToldOnce() {
        transport.open(connection);
        transport.insideNextWrite(connection::released);
        transport.writesFail(new IOException("closed"));
        connection.send(Rig.bytes("lost"));
        awaitTold(diary, "opened", "closed");
    }

    @Test
    void anEndToldInsideAWriteOfACallbackIsToldOnce() {
        Diary echo = new Diary() {
            @Override
            void onReceived(SwitchedConnection from, ByteBuffer bytes) {
                from.send(Rig.bytes(9000));
            }
        };
        TransportConnection echoing = rig.connection(echo);
        transport.open(echoing);
        transport.insideNextWrite(echoing::released);
        transport.peerSends("x");
        awaitTold(echo, "opened", "closed");
    }

    @Test
    void aSenderMayHoldItsOwnLock() {
        transport.open(connection);
        users.lock();
        try {
            transport.insideNextWrite(connection::released);
            connection.send(Rig.bytes("x"));
        } finally {
            users.unlock();
        }
        awaitTold(diary, "opened", "closed");
    }

    @Test
    void aWriteThatThrowsAnythingBreaksTheConnection() {
        transport.open(connection);
        transport.insideNextWrite(() -> {
            throw new NullPointerException("recycled");
        });
        connection.send(Rig.bytes("x"));
        awaitTold(diary, "opened", "closed");
        assertThat(diary.cause().failure()).get().isInstanceOf(IOException.class);
    }
}
