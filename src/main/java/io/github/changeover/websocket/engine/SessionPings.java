package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.PlainFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/**
 * The server's own pings of one session. Their payload tells them from those of the application, which is told of no Pong that it did not ask for.
 *
 * <pre>
 * 89 0c  7a 31 .. .. .. .. .. ..  00 00 00 01        eight bytes that this server has chosen, then the ping's number
 * </pre>
 */
final class SessionPings implements AdvancedConnection.Ping {
    private static final int PING = Opcode.FIN | 9;
    private static final int PONG = Opcode.FIN | 10;
    private static final byte[] MARK = ByteBuffer.allocate(Long.BYTES).putLong(ThreadLocalRandom.current().nextLong()).array();
    private static final int LENGTH = MARK.length + Integer.BYTES;

    private final AdvancedConnection connection;
    private final FrameOutlet outlet;
    private long sentAt;        // these two under the lock
    private int number;         // of the last; negative when it was answered

    SessionPings(AdvancedConnection connection, FrameOutlet outlet) {
        this.connection = connection;
        this.outlet = outlet;
    }

    @Override
    public void send(IntConsumer sent) {
        outlet.ping(this::next, sent);
    }

    /** Just before it is sent. */
    private ByteBuffer next() {
        ByteBuffer payload = ByteBuffer.allocate(LENGTH).put(MARK);
        synchronized (this) {
            number = (Math.abs(number) + 1) & Integer.MAX_VALUE;
            payload.putInt(number);
            sentAt = System.nanoTime();     // before the send: the answer may come before that returns
        }
        return PlainFrame.of(PING, payload.array(), 0, LENGTH);
    }

    /** Whether this frame is a Pong for a ping of ours. Such a Pong goes no further. In callbacks. */
    boolean isAnswer(int first, byte[] bytes, int from, int to) {
        if (first != PONG || to - from != LENGTH || !Arrays.equals(bytes, from, from + MARK.length, MARK, 0, MARK.length)) return false;
        int answered = ByteBuffer.wrap(bytes, from + MARK.length, Integer.BYTES).getInt();
        long time;
        synchronized (this) {
            if (answered != number) return true;        // of an earlier ping, or again
            number = -number;
            time = System.nanoTime() - sentAt;
        }
        connection.pingAnswered(Duration.ofNanos(time));
        return true;
    }
}
