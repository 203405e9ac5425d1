package io.github.changeover.websocket.frames;

/** The first octet of a frame: RFC 6455 section 5.2. */
public final class Opcode {
    /** A fragment that goes on with a message. */
    public static final int CONTINUATION = 0;
    /** A message of text, or its first fragment. */
    public static final int TEXT = 1;
    /** A message of octets, or its first fragment. */
    public static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PONG = 10;

    /** The last frame of its message. */
    public static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int RSV2_RSV3 = 0x30;
    /** What is left is the opcode. */
    public static final int MASK = 0x0f;

    private Opcode() {
    }

    /** Whether the frame is the last of its side: RFC 6455 section 5.5.1. */
    public static boolean isClose(int first) {
        return (first & MASK) == CLOSE;
    }

    /** Whether the frame is no part of a message. */
    public static boolean isControl(int first) {
        return (first & 8) != 0;
    }

    static boolean isReserved(int opcode) {
        return opcode > BINARY && opcode < CLOSE || opcode > PONG;
    }
}
