package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Sends messages, a fixed number of them in flight, and compares every byte of the echo. */
abstract class EchoTalk extends Talk {
    protected final Payloads payloads;
    private final ByteBuffer wire;
    private final int around;       // bytes on the wire of all different messages, after which the first one is repeated
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
        // the connection was opened before
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

    /** Called when this many echoes are complete. The same number of messages may be sent. */
    protected void whole(int messages) {
        allow(messages);
        answered(messages);
    }

    /** Allows this many more messages to be sent. */
    protected final void allow(int messages) {
        allowed += (long) messages * payloads.wireSize();
    }

    protected void compare(byte[] bytes, int from, int to, int at) throws IOException {
        if (!Arrays.equals(bytes, from, to, payloads.expected(), at, at + to - from)) throw new IOException("a byte came back as another");
    }
}
