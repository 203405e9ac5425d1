package io.github.changeover.websocket.frames;

/** The opcodes of frames, and the bits that are with them in the first byte of a frame: RFC 6455 section 5.2. */
public final class Opcode {
    /** A fragment that continues a message. */
    public static final int CONTINUATION = 0;
    /** A text message, or its first fragment. */
    public static final int TEXT = 1;
    /** A binary message, or its first fragment. */
    public static final int BINARY = 2;
    /** A Close frame, which is the last frame that its sender sends: section 5.5.1. */
    public static final int CLOSE = 8;
    /** A Ping frame. */
    public static final int PING = 9;
    /** A Pong frame. */
    public static final int PONG = 10;

    /** The bit of the last frame of a message. */
    public static final int FIN = 0x80;
    /** The first reserved bit, which extensions may use. */
    public static final int RSV1 = 0x40;
    /** The second reserved bit. */
    public static final int RSV2 = 0x20;
    /** The third reserved bit. */
    public static final int RSV3 = 0x10;
    static final int RSV2_RSV3 = RSV2 | RSV3;
    /** The bits of the opcode. */
    public static final int MASK = 0x0f;

    private Opcode() {
    }

    /** Whether this is the opcode, or the first byte, of a control frame, which is not part of a message. */
    public static boolean isControl(int opcode) {
        return (opcode & 8) != 0;
    }

    static boolean isReserved(int opcode) {
        return opcode > BINARY && opcode < CLOSE || opcode > PONG;
    }
}
