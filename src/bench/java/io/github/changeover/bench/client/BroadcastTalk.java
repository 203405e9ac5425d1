package io.github.changeover.bench.client;

import java.io.IOException;
import java.util.Arrays;

/** One session of a broadcast. A message arrives in one short frame, compressed or not. */
final class BroadcastTalk extends EchoTalk {
    private static final int RSV1 = 0x40, TEXT = 0x81, LONG = 126;
    private final Broadcasts broadcasts;
    private final byte[] frame;
    private int length;
    private int message;        // index of the payload that is expected

    BroadcastTalk(Payloads payloads, Broadcasts broadcasts) {
        super(payloads, 0);
        this.broadcasts = broadcasts;
        this.frame = new byte[2 * payloads.size() + 4];
    }

    @Override
    protected void begin() {
        broadcasts.opened(this);
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        int messages = 0;
        for (int i = from; i < to; ) {
            int count = Math.min(missing(), to - i);
            System.arraycopy(bytes, i, frame, length, count);
            i += count;
            length += count;
            if (missing() > 0) continue;
            end();
            messages++;
        }
        answered(messages);
        if (messages > 0) broadcasts.received(messages);
    }

    /** Returns the number of bytes that the frame, or its header, still lacks. */
    private int missing() throws IOException {
        if (length < 2) return 2 - length;
        if (frame[1] == LONG && length < 4) return 4 - length;
        int size = header() + (frame[1] == LONG ? (frame[2] & 0xff) << 8 | frame[3] & 0xff : frame[1]);
        if (frame[1] < 0 || frame[1] > LONG || size > frame.length) throw new IOException("an unexpected frame of a broadcast");
        return size - length;
    }

    private int header() {
        return frame[1] == LONG ? 4 : 2;
    }

    private void end() throws IOException {
        if ((frame[0] & ~RSV1 & 0xff) != TEXT) throw new IOException("not a text message in one frame: " + Integer.toHexString(frame[0] & 0xff));
        byte[] payload = Arrays.copyOfRange(frame, header(), length);
        broadcasts.check(payload, payload.length, (frame[0] & RSV1) != 0, message);
        message = (message + 1) % payloads.count();
        length = 0;
    }
}
