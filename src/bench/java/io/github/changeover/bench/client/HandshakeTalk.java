package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One complete connection: the opening handshake, a Close frame, and the Close frame of the server. */
final class HandshakeTalk extends Talk {
    private static final byte[] CLOSE = {(byte) 0x88, (byte) 0x82, 1, 2, 3, 4, 0x03 ^ 1, (byte) (0xe8 ^ 2)};
    private static final int ANSWERED = 4;
    private final HeadReader head = new HeadReader();
    private ByteBuffer out;
    private int closing;        // received bytes of the server's Close frame

    @Override
    protected void begin() {
        out = ByteBuffer.wrap(Opening.webSocket());
    }

    @Override
    protected boolean write() throws IOException {
        channel.write(out);
        return !out.hasRemaining();
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        int at = from;
        if (!head.isWhole()) {
            at = head.take(bytes, from, to);
            if (!head.isWhole()) return;
            Opening.check(head.toString(), true);
            out = ByteBuffer.wrap(CLOSE);
        }
        if (at < to && closing == 0 && bytes[at] != (byte) 0x88) throw new IOException("no Close frame came back");
        closing += to - at;
        if (isOver()) answered(1);
    }

    @Override
    boolean isOver() {
        return closing >= ANSWERED;
    }
}
