package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Creates and checks Close frames: RFC 6455 sections 5.5.1 and 7.4. */
public final class CloseFrame {
    /** The start of an error message that ends with the invalid code. */
    public static final String CODES = "The code of a Close frame must be from 1000 to 1003, 1007 to 1014 or 3000 to 4999, not ";
    private static final byte[] NOTHING = new byte[0];
    private static final int LONGEST_REASON = 123;
    private static final int NO_CODE = 1005;

    private CloseFrame() {
    }

    /**
     * Creates a complete Close frame of the server.
     *
     * @param code   1000 to 1003, 1007 to 1014, or 3000 to 4999; 1005 for a frame without code and reason
     * @param reason truncated after the last character that fits into 123 bytes; a character that cannot be encoded becomes a question mark
     * @throws IllegalArgumentException for any other code: 1004 is reserved, 1006 and 1015 are never sent
     */
    public static OutgoingFrame of(int code, String reason) {
        if (code == NO_CODE) return OutgoingFrame.of(Opcode.CLOSE, true, NOTHING, 0, 0);
        if (!mayBeSent(code)) throw new IllegalArgumentException(CODES + code);
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = fitting(text);
        return OutgoingFrame.of(Opcode.CLOSE, true, ByteBuffer.allocate(2 + length).putShort((short) code).put(text, 0, length).array(), 0, 2 + length);
    }

    /** Truncates the reason to at most 123 bytes, after a complete character. */
    public static String truncate(String reason) {
        if (reason.length() * 3 <= LONGEST_REASON) return reason;
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return text.length <= LONGEST_REASON ? reason : new String(text, 0, fitting(text), StandardCharsets.UTF_8);
    }

    private static int fitting(byte[] text) {
        int length = Math.min(text.length, LONGEST_REASON);
        while (length < text.length && (text[length] & 0xc0) == 0x80) length--;
        return length;
    }

    /** Creates the Close frame with the code and reason of the fault. */
    public static OutgoingFrame of(FrameFault fault) {
        return of(fault.code(), fault.reason());
    }

    /**
     * Whether client or server may send this code: the codes registered with IANA except 1004, 1005, 1006 and 1015, and the codes for libraries and
     * private use.
     */
    public static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
    }

    /** Returns the code in a payload, which has at least two bytes and starts at this index. */
    public static int code(byte[] frame, int from) {
        return (frame[from] & 0xff) << 8 | frame[from + 1] & 0xff;
    }

    /** Returns the reason in a payload, which has at least two bytes; empty if it has only a code. */
    public static String reason(byte[] frame, int from, int to) {
        return new String(frame, from + 2, to - from - 2, StandardCharsets.UTF_8);
    }

    /** Checks the payload of a client's Close frame. Returns the fault, or null. */
    static FrameFault check(byte[] frame, int from, int to) {
        if (from == to) return null;
        if (!mayBeSent(code(frame, from))) return FrameFault.CLOSE_CODE;
        Utf8 reason = new Utf8();
        return reason.accept(frame, from + 2, to) && reason.end() ? null : FrameFault.REASON_NOT_UTF8;
    }
}
