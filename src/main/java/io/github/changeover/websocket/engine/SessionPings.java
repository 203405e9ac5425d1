package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/**
 * Sends the server's own pings of one session. Their payload distinguishes them from pings of the application. The application is not notified of the Pong
 * for a ping that it did not send.
 *
 * <pre>
 * 89 0c  7a 31 .. .. .. .. .. ..  00 00 00 01        eight bytes that this server chose at random, then the ping's number
 * </pre>
 */
final class SessionPings implements AdvancedConnection.Ping {
    private static final byte[] MARK = ByteBuffer.allocate(Long.BYTES).putLong(ThreadLocalRandom.current().nextLong()).array();
    private static final int LENGTH = MARK.length + Integer.BYTES;

    private final AdvancedConnection connection;
    private final FrameSender sender;
    private long sentAt;        // guarded by this, as is number
    private int number;         // number of the last ping; negative after it was answered

    SessionPings(AdvancedConnection connection, FrameSender sender) {
        this.connection = connection;
        this.sender = sender;
    }

    @Override
    public void send(IntConsumer sent) {
        sender.ping(this::next, sent);
    }

    /** Called immediately before the ping is sent. */
    private OutgoingFrame next() {
        ByteBuffer payload = ByteBuffer.allocate(LENGTH).put(MARK);
        synchronized (this) {
            number = (Math.abs(number) + 1) & Integer.MAX_VALUE;
            payload.putInt(number);
            sentAt = System.nanoTime();     // set before the send: the Pong may arrive before the send returns
        }
        return OutgoingFrame.of(Opcode.PING, true, payload.array(), 0, LENGTH);
    }

    /** Whether this frame is the Pong for a ping of the server. Such a Pong is not passed on. Called in callbacks only. */
    boolean isAnswer(int opcode, byte[] bytes, int from, int to) {
        if (opcode != Opcode.PONG || to - from != LENGTH || !Arrays.equals(bytes, from, from + MARK.length, MARK, 0, MARK.length)) return false;
        int answered = ByteBuffer.wrap(bytes, from + MARK.length, Integer.BYTES).getInt();
        long time;
        synchronized (this) {
            if (answered != number) return true;        // of an earlier ping, or a duplicate
            number = -number;
            time = System.nanoTime() - sentAt;
        }
        connection.pingAnswered(Duration.ofNanos(time));
        return true;
    }
}
