package io.github.changeover.websocket.frames;

/** The data message that is being read, over its fragments: RFC 6455 section 5.4, RFC 7692 section 6. */
final class Message {
    private final int longest;
    private final boolean deflates;
    private final Utf8 utf8 = new Utf8();
    private boolean unfinished;
    private boolean text;
    private boolean compressed;
    private int length;

    /**
     * @param longest  octets of a message, inflated
     * @param deflates whether permessage-deflate was agreed on
     */
    Message(int longest, boolean deflates) {
        this.longest = longest;
        this.deflates = deflates;
    }

    /** What is wrong with a data frame that begins so, or null. */
    FrameFault check(int first) {
        boolean continues = (first & Opcode.MASK) == Opcode.CONTINUATION;
        if ((first & Opcode.RSV1) != 0 && (continues || !deflates)) return misplacedRsv1();
        if (continues == unfinished) return null;
        return continues ? FrameFault.UNEXPECTED_CONTINUATION : FrameFault.UNFINISHED_MESSAGE;
    }

    FrameFault misplacedRsv1() {
        return deflates ? FrameFault.MISPLACED_RSV1 : FrameFault.UNAGREED_RSV1;
    }

    /** What is wrong with the length of a data frame that begins so, or null. How long compressed octets become, time tells. */
    FrameFault checkLength(int first, long octets) {
        if (unfinished ? compressed : (first & Opcode.RSV1) != 0) return null;
        return octets > longest - length ? FrameFault.MESSAGE_TOO_BIG : null;
    }

    /** A data frame begins. */
    void enter(int first) {
        if (unfinished) return;
        unfinished = true;
        text = (first & Opcode.MASK) == Opcode.TEXT;
        compressed = (first & Opcode.RSV1) != 0;
    }

    boolean isCompressed() {
        return compressed;
    }

    /** Octets that may still come. */
    int room() {
        return longest - length;
    }

    /** Payload, as the application will see it. What is wrong with it, or null. */
    FrameFault add(byte[] octets, int from, int to) {
        length += to - from;
        return text && !utf8.accept(octets, from, to) ? FrameFault.TEXT_NOT_UTF8 : null;
    }

    /** A data frame has ended. What is wrong with the message, if it has, or null. */
    FrameFault leave(boolean isFinal) {
        if (!isFinal) return null;
        unfinished = false;
        compressed = false;
        length = 0;
        return utf8.end() ? null : FrameFault.TEXT_NOT_UTF8;
    }
}
