package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.FrameExtensions;
import io.github.changeover.websocket.frames.FrameWriter;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server's own pings between other frames. */
@Timeout(20)
class ServerPingTest {
    private static final Supplier<OutgoingFrame> PING = () -> OutgoingFrame.of(Opcode.PING, true, new byte[] {'p'}, 0, 1);
    private MemoryConnection connection;
    private FrameSender sender;
    private AsynchronousSends asynchronous;

    private static final class IdleHandler implements ConnectionHandler.Events {
        @Override
        public void opened(SwitchedConnection connection) {
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
        }
    }

    private void connect(FrameWriter writer, Executor threads, boolean slow) {
        connection = slow ? MemoryConnection.slow(new IdleHandler(), 1000) : MemoryConnection.of(new IdleHandler());
        SessionTimer timer = new SessionTimer(threads);
        sender = new FrameSender(connection.connection(), writer, () -> false, threads, Runnable::run, reason -> { });
        asynchronous = new AsynchronousSends(sender, connection.connection(), 1000, threads, () -> timer);
    }

    @AfterEach
    void end() {
        connection.close();
    }

    private void send(int opcode, boolean fin, String text) {
        OutgoingFrame frame = OutgoingFrame.of(opcode, fin, text.getBytes(), 0, text.length());
        assertThat(sender.send(frame.size(), () -> frame, null)).isTrue();
    }

    private int ping() {
        AtomicInteger told = new AtomicInteger(-1);
        sender.ping(PING, told::set);
        return told.get();
    }

    private String hex() {
        return HexFormat.of().formatHex(connection.sent());
    }

    private static FrameWriter writerWithoutExtensions() {
        return new FrameWriter(Optional.empty(), new DeflaterPool());
    }

    @Test
    void pingBetweenFragmentsDoesNotWaitForDeferredMessages() {
        connect(writerWithoutExtensions(), Runnable::run, false);
        send(Opcode.TEXT, false, "a");
        asynchronous.send(OutgoingFrame.text("later"), null, 0, () -> { });
        assertThat(ping()).isEqualTo(3);
        send(Opcode.CONTINUATION, true, "b");
        assertThat(hex()).isEqualTo("010161" + "890170" + "800162" + "81056c61746572");
        assertThat(ping()).isEqualTo(3);
    }

    @Test
    void noPingIsQueuedWhileTheClientIsBehind() {
        connect(writerWithoutExtensions(), Runnable::run, true);
        send(Opcode.TEXT, false, "a");
        asynchronous.send(OutgoingFrame.text("later"), null, 0, () -> { });
        assertThat(ping()).isZero();
        connection.takes(Long.MAX_VALUE);
        assertThat(ping()).isEqualTo(3);
        sender.close(OutgoingFrame.of(Opcode.CLOSE, true, new byte[0], 0, 0));
        assertThat(ping()).isZero();
        assertThat(hex()).isEqualTo("010161" + "890170" + "8800");
    }

    /** Makes each payload longer. Blocks at a frame with the payload {@code waitsAt}. */
    private record LengtheningExtension(String waitsAt, CountDownLatch begun, CountDownLatch goesOn, CompletableFuture<Thread> ofPing) implements FrameExtensions {
        @Override
        public Frame incoming(Frame frame) {
            return frame;
        }

        @Override
        public Frame outgoing(Frame frame) {
            if (frame.first() == 0x89) ofPing.complete(Thread.currentThread());
            if (new String(frame.payload()).equals(waitsAt)) {
                begun.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            return new Frame(frame.first(), Arrays.copyOf(frame.payload(), frame.payload().length + 2));
        }
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void extensionProcessesPingOnAThreadOfTheApplication() throws Exception {
        LengtheningExtension longer = new LengtheningExtension("slow", new CountDownLatch(1), new CountDownLatch(1), new CompletableFuture<>());
        connect(new FrameWriter(longer), task -> new Thread(task).start(), false);
        Thread sending = new Thread(() -> send(Opcode.TEXT, true, "slow"));
        sending.start();
        longer.begun.await();
        CompletableFuture<Integer> told = new CompletableFuture<>();
        sender.ping(PING, told::complete);      // does not block, although the extension is busy
        assertThat(told).isNotDone();
        longer.goesOn.countDown();
        assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(longer.ofPing.get()).isNotEqualTo(Thread.currentThread());
        sending.join();
        assertThat(hex()).isEqualTo("8106736c6f770000" + "8903700000");
    }
}
