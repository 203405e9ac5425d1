package io.github.changeover.websocket.frames;

/** Parses and checks the header of a client's frame as it arrives: RFC 6455 section 5.2. One object reads all headers of a connection. */
final class FrameHeader {
    /** The length of the longest header in bytes, including the masking key. */
    static final int LONGEST = ServerFrameHeader.LONGEST + 4;

    enum HeaderProgress { WHOLE, PARTIAL, FAULTY }

    private final FrameLimits limits;
    private final IncomingMessage message;      // null if extensions decide about reserved bits and fragments
    private FrameFault fault;
    private int first;
    private int size;
    private int length;
    private int key;

    FrameHeader(FrameLimits limits, IncomingMessage message) {
        this.limits = limits;
        this.message = message;
    }

    /** Does not check what depends on the reserved bits and on the previous frames. */
    FrameHeader(FrameLimits limits) {
        this(limits, null);
    }

    HeaderProgress read(byte[] bytes, int from, int to) {
        first = bytes[from] & 0xff;
        fault = checkFirst();
        if (fault != null) return HeaderProgress.FAULTY;
        if (to - from < 2) return HeaderProgress.PARTIAL;
        int second = bytes[from + 1];
        fault = checkSecond(second);
        if (fault != null) return HeaderProgress.FAULTY;
        return readLength(bytes, from, to, second & 0x7f);
    }

    private HeaderProgress readLength(byte[] bytes, int from, int to, int shortLength) {
        int lengthBytes = shortLength < 126 ? 0 : shortLength == 126 ? 2 : 8;
        size = 6 + lengthBytes;
        if (to - from < 2 + lengthBytes) return HeaderProgress.PARTIAL;
        long longest = shortLength;
        if (lengthBytes > 0) {
            longest = 0;
            for (int i = 0; i < lengthBytes; i++) longest = longest << 8 | bytes[from + 2 + i] & 0xff;
        }
        fault = checkLength(longest, lengthBytes);
        if (fault != null) return HeaderProgress.FAULTY;
        length = (int) longest;
        if (to - from < size) return HeaderProgress.PARTIAL;
        key = Masking.key(bytes, from + 2 + lengthBytes);
        return HeaderProgress.WHOLE;
    }

    private FrameFault checkFirst() {
        if (message != null && (first & Opcode.RSV2_RSV3) != 0) return FrameFault.RESERVED_BIT;
        if (Opcode.isReserved(opcode())) return FrameFault.RESERVED_OPCODE;
        if (isControl()) {
            if (message != null && (first & Opcode.RSV1) != 0) return message.misplacedRsv1();
            return isFinal() ? null : FrameFault.FRAGMENTED_CONTROL;
        }
        return message == null ? null : message.check(first);
    }

    private FrameFault checkSecond(int second) {
        if (second >= 0) return FrameFault.UNMASKED;
        int seven = second & 0x7f;
        if (isControl() && seven > 125) return FrameFault.LONG_CONTROL;
        return opcode() == Opcode.CLOSE && seven == 1 ? FrameFault.SHORT_CLOSE : null;
    }

    private FrameFault checkLength(long longest, int bytes) {
        if (longest < 0) return FrameFault.LENGTH_NEGATIVE;
        if (ServerFrameHeader.size(longest) != 2 + bytes) return FrameFault.LENGTH_NOT_MINIMAL;
        if (isControl()) return null;
        if (longest > limits.frame()) return FrameFault.FRAME_TOO_BIG;
        return message == null ? null : message.checkLength(first, longest);
    }

    FrameFault fault() {
        return fault;
    }

    boolean isFinal() {
        return (first & Opcode.FIN) != 0;
    }

    int opcode() {
        return first & Opcode.MASK;
    }

    boolean isControl() {
        return Opcode.isControl(first);
    }

    /** FIN, RSV and opcode, as received. */
    int first() {
        return first;
    }

    /** The length of the header in bytes. */
    int size() {
        return size;
    }

    /** The length of the payload in bytes. */
    int length() {
        return length;
    }

    int key() {
        return key;
    }
}
