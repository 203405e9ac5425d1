package io.github.changeover.bench.client;

import java.io.IOException;

/** WebSocket messages. The server may send the echo in fragments. */
class WebSocketTalk extends EchoTalk {
    private static final int LONGEST_HEADER = 10;
    private final int opcode;
    private final byte[] header = new byte[LONGEST_HEADER];
    private int headerBytes;
    private boolean inPayload;
    private boolean isFinal;
    private boolean continues;
    private long left;          // missing bytes of the frame's payload
    private int message;        // index of the payload that is being received
    private int at;             // received bytes of that payload

    WebSocketTalk(Payloads payloads, boolean text, int inFlight) {
        super(payloads, inFlight);
        opcode = text ? 1 : 2;
    }

    @Override
    protected void received(byte[] bytes, int from, int to) throws IOException {
        int i = from;
        int messages = 0;
        while (i < to || inPayload && left == 0) {
            if (!inPayload) {
                i = readHeader(bytes, i);
                continue;
            }
            int count = (int) Math.min(left, to - i);
            if (at + count > payloads.size()) throw new IOException("a message came back longer than it went");
            compare(bytes, i, i + count, message * payloads.size() + at);
            i += count;
            at += count;
            left -= count;
            if (left == 0 && frameEnds()) messages++;
        }
        whole(messages);
    }

    private int readHeader(byte[] bytes, int from) throws IOException {
        header[headerBytes++] = bytes[from];
        int seven = headerBytes < 2 ? 0 : header[1] & 0xff;
        int size = seven < 126 ? 2 : seven == 126 ? 4 : LONGEST_HEADER;
        if (headerBytes < size) return from + 1;
        int expected = continues ? 0 : opcode;
        if ((header[0] & 0x7f) != expected || seven > 127) {
            throw new IOException("an unexpected frame: " + Integer.toHexString(header[0] & 0xff) + " " + Integer.toHexString(seven));
        }
        isFinal = header[0] < 0;
        left = size == 2 ? seven : 0;
        for (int i = 2; i < size; i++) left = left << 8 | header[i] & 0xff;
        headerBytes = 0;
        inPayload = true;
        return from + 1;
    }

    /** Called at the end of a frame. Returns whether the message ends with it. */
    private boolean frameEnds() throws IOException {
        inPayload = false;
        continues = !isFinal;
        if (!isFinal) return false;
        if (at != payloads.size()) throw new IOException("a message came back shorter than it went");
        at = 0;
        message = (message + 1) % payloads.count();
        return true;
    }
}
