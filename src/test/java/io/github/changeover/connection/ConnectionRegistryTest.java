package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause.Kind;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The counts, and the end of an application. */
@Timeout(20)
class ConnectionRegistryTest {
    private final Rig rig = new Rig();
    private final ConnectionRegistry register = rig.application.registry();
    private final MemoryTransport transport = new MemoryTransport();

    @Test
    void countsWhatWasAndIs() {
        TransportConnection first = rig.connection(new Diary());
        transport.open(first);
        new MemoryTransport().open(rig.connection(new Diary()));
        transport.peerSends("four");
        first.send(Rig.bytes("sixsix"));
        assertThat(register.bytesIn()).isEqualTo(4);
        assertThat(register.bytesOut()).isEqualTo(6);
        first.abort();
        assertThat(register.opened()).isEqualTo(2);
        assertThat(register.closed(Kind.EVICTED)).isEqualTo(1);
        assertThat(register.live()).hasSize(1);
        assertThat(register.bytesIn()).isEqualTo(4);
        assertThat(register.bytesOut()).isEqualTo(6);
    }

    @Test
    void handlersSayGoodbyeAndAreWaitedFor() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Diary polite = new Diary() {
            @Override
            void onDrain(SwitchedConnection connection) {
                connection.send(Rig.bytes("BYE"));
                connection.close();
                asked.countDown();
            }
        };
        transport.open(rig.connection(polite));
        Thread end = new Thread(() -> register.stop(Duration.ofSeconds(10)));
        end.start();
        asked.await();
        transport.peerEnds();
        end.join();
        assertThat(transport.text()).isEqualTo("BYE");
        assertThat(polite.kind()).as("C16: asked to close, it counts as that").isEqualTo(Kind.DRAINED);
    }

    @Test
    void onCommandHandlersSayGoodbyeAndTheLateComersToo() {
        Diary first = new Diary();
        Diary late = new Diary();
        transport.open(rig.connection(first));
        register.startDraining(Duration.ofSeconds(10));
        new MemoryTransport().open(rig.connection(late));
        assertThat(register.draining()).isTrue();
        assertThat(first.told()).containsExactly("opened", "drain");
        assertThat(late.told()).containsExactly("opened", "drain");
    }

    @Test
    void whoStaysAfterACommandIsEndedByTheWatch() {
        Diary stubborn = new Diary() {
            @Override
            void onDrain(SwitchedConnection connection) {
            }
        };
        transport.open(rig.connection(stubborn));
        long before = System.nanoTime();
        register.startDraining(Duration.ofSeconds(10));
        register.check(before + Duration.ofSeconds(9).toNanos());
        assertThat(register.live()).hasSize(1);
        register.check(System.nanoTime() + Duration.ofSeconds(11).toNanos());
        assertThat(stubborn.kind()).isEqualTo(Kind.DRAINED);
        assertThat(register.live()).isEmpty();
    }

    @Test
    void aWelcomeUndoesACommandButNotTheEnd() {
        register.startDraining(Duration.ZERO);
        register.stopDraining();
        Diary diary = new Diary();
        transport.open(rig.connection(diary));
        register.check(System.nanoTime() + Duration.ofDays(1).toNanos());
        assertThat(register.draining()).isFalse();
        assertThat(diary.told()).containsExactly("opened");
        register.stop(Duration.ZERO);
        register.stopDraining();
        assertThat(register.draining()).isTrue();
    }

    @Test
    void whoStaysIsEnded() {
        Diary stubborn = new Diary() {
            @Override
            void onDrain(SwitchedConnection connection) {
                tell("stays");
            }
        };
        transport.open(rig.connection(stubborn));
        register.stop(Duration.ZERO);
        assertThat(stubborn.told()).containsExactly("opened", "drain", "stays", "closed");
        assertThat(stubborn.kind()).isEqualTo(Kind.DRAINED);
    }

    @Test
    void whoIsClosingMayFinishWithinTheGrace() {
        Diary closing = new Diary();
        TransportConnection connection = rig.connection(closing);
        transport.open(connection);
        connection.close();
        register.stop(Duration.ZERO);
        assertThat(closing.told()).containsExactly("opened", "closed");
        assertThat(register.live()).isEmpty();
    }

    @Test
    void whoIsAgreedAndNotOpenIsEndedWithTheRest() {
        Diary expected = new Diary();
        TransportConnection connection = rig.connection(expected);
        register.stop(Duration.ZERO);
        assertThat(expected.told()).containsExactly("closed");
        transport.open(connection);
        assertThat(transport.aborts()).isPositive();
        assertThat(register.live()).isEmpty();
        assertThat(register.expected()).isEmpty();
    }

    @Test
    void whoIsAgreedAfterTheEndIsEnded() {
        register.stop(Duration.ZERO);
        Diary late = new Diary();
        transport.open(rig.connection(late));
        assertThat(late.told()).containsExactly("closed");
        assertThat(register.live()).isEmpty();
    }
}
