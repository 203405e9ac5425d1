package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One connection of a fan-out: the publisher or a member. Each message arrives in one frame that is not compressed. */
final class FanOutTalk extends Talk {
    private static final int TEXT = 0x81, LONG = 126, SHORT_HEADER = 2, LONG_HEADER = 4;
    private final FanOutClient client;
    private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
    private final byte[] frame;
    private int length;
    private int last = -1;      // number of the last message

    FanOutTalk(FanOutClient client, int size) {
        this.client = client;
        this.frame = new byte[size + LONG_HEADER];
    }

    void send(ByteBuffer message) throws IOException {
        pending.add(message);
        goOn();
    }

    /** Returns the number of the last message that arrived, and stores this one. */
    int replaceLast(int number) {
        int before = last;
        last = number;
        return before;
    }

    @Override
    protected void begin() {
        // the first message of the server comes when something is published
    }

    @Override
    protected boolean write() throws IOException {
        while (!pending.isEmpty()) {
            channel.write(pending.peek());
            if (pending.peek().hasRemaining()) return false;
            pending.remove();
        }
        return true;
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        long now = System.nanoTime();
        for (int i = from; i < to; ) {
            int count = Math.min(missing(), to - i);
            System.arraycopy(bytes, i, frame, length, count);
            i += count;
            length += count;
            if (missing() > 0) continue;
            if ((frame[0] & 0xff) != TEXT) throw new IOException("not a text message in one frame: " + Integer.toHexString(frame[0] & 0xff));
            client.arrived(this, frame, header(), length, now);
            length = 0;
        }
    }

    /** Returns the number of bytes that the frame, or its header, still lacks. */
    private int missing() throws IOException {
        if (length < SHORT_HEADER) return SHORT_HEADER - length;
        if (length < header()) return header() - length;
        int size = header() + (frame[1] == LONG ? (frame[2] & 0xff) << 8 | frame[3] & 0xff : frame[1]);
        if (frame[1] < 0 || frame[1] > LONG || size > frame.length) throw new IOException("an unexpected frame: " + Integer.toHexString(frame[0] & 0xff) + ", length " + frame[1]);
        return size - length;
    }

    private int header() {
        return frame[1] == LONG ? LONG_HEADER : SHORT_HEADER;
    }
}
