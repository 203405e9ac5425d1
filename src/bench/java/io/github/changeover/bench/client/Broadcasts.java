package io.github.changeover.bench.client;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The state that the sessions of a broadcast share: the next message is sent when all sessions have received the previous one. */
final class Broadcasts {
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private final Payloads payloads;
    private final int sessions;
    private int joined;
    private int missing;
    private BroadcastTalk sender;
    private byte[] compressed = new byte[0];     // the last compressed payload that was checked
    private int of = -1;                         // index of its message

    Broadcasts(Payloads payloads, int sessions) {
        this.payloads = payloads;
        this.sessions = sessions;
    }

    /** Returns the text with which the next session takes part. */
    String greeting() {
        return joined == 0 ? "first" : "join";
    }

    BroadcastTalk talk() {
        return new BroadcastTalk(payloads, this);
    }

    /** Called when a session has been opened. The last one sends. */
    void opened(BroadcastTalk talk) {
        sender = talk;
        if (++joined < sessions) return;
        missing = sessions;
        talk.allow(1);
    }

    /** Called when a session has received this many messages. */
    void received(int messages) throws IOException {
        missing -= messages;
        if (missing > 0) return;
        missing = sessions;
        sender.allow(1);
        sender.goOn();
    }

    void check(byte[] payload, int length, boolean isCompressed, int message) throws IOException {
        int from = message * payloads.size();
        if (!isCompressed) {
            same(payload, length, from);
        } else if (of != message || !Arrays.equals(payload, 0, length, compressed, 0, compressed.length)) {
            byte[] text = inflate(payload, length);
            same(text, text.length, from);
            compressed = Arrays.copyOf(payload, length);
            of = message;
        }
    }

    private void same(byte[] text, int length, int from) throws IOException {
        if (!Arrays.equals(text, 0, length, payloads.expected(), from, from + payloads.size())) throw new IOException("a broadcast arrived changed");
    }

    /** Decompresses a message that does not refer to earlier ones. */
    private byte[] inflate(byte[] payload, int length) throws IOException {
        byte[] input = Arrays.copyOf(payload, length + TAIL.length);
        System.arraycopy(TAIL, 0, input, length, TAIL.length);
        byte[] text = new byte[payloads.size() + 1];
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(input);
            return Arrays.copyOf(text, inflater.inflate(text));
        } catch (DataFormatException wrong) {
            throw new IOException(wrong);
        } finally {
            inflater.end();
        }
    }
}
