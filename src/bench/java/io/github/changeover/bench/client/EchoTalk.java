package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Sends messages, so many at a time, and compares every byte that comes back. */
abstract class EchoTalk extends Talk {
    protected final Payloads payloads;
    private final ByteBuffer wire;
    private final int around;       // bytes until the first message comes again
    private long allowed;
    private long sent;

    EchoTalk(Payloads payloads, int inFlight) {
        this.payloads = payloads;
        this.wire = payloads.wire();
        this.around = payloads.count() * payloads.wireSize();
        this.allowed = (long) inFlight * payloads.wireSize();
    }

    @Override
    protected void begin() {
        // it was opened before
    }

    @Override
    protected boolean write() throws IOException {
        while (sent < allowed) {
            int at = (int) (sent % around);
            wire.limit((int) Math.min(wire.capacity(), at + allowed - sent)).position(at);
            int count = channel.write(wire);
            if (count == 0) return false;
            sent += count;
        }
        return true;
    }

    /** So many messages came back whole: as many may follow. */
    protected void whole(int messages) {
        allow(messages);
        answered(messages);
    }

    /** So many more may be sent. */
    protected final void allow(int messages) {
        allowed += (long) messages * payloads.wireSize();
    }

    protected void compare(byte[] bytes, int from, int to, int at) throws IOException {
        if (!Arrays.equals(bytes, from, to, payloads.expected(), at, at + to - from)) throw new IOException("a byte came back as another");
    }
}
