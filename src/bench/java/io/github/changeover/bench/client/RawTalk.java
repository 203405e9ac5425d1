package io.github.changeover.bench.client;

import java.io.IOException;

/** A stream of bytes, counted in chunks. */
final class RawTalk extends EchoTalk {
    private final int around;
    private int at;         // position in the stream, modulo the length of all different messages
    private int ofChunk;

    RawTalk(Payloads payloads, int inFlight) {
        super(payloads, inFlight);
        around = payloads.count() * payloads.size();
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        int start = from;
        while (start < to) {
            int end = start + Math.min(to - start, around);
            compare(bytes, start, end, at);
            at = (at + end - start) % around;
            start = end;
        }
        ofChunk += to - from;
        whole(ofChunk / payloads.size());
        ofChunk %= payloads.size();
    }
}
