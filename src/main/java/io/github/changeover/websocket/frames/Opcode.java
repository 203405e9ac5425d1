package io.github.changeover.websocket.frames;

/** The first octet of a frame: RFC 6455 section 5.2. */
final class Opcode {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PONG = 10;

    static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int RSV2_RSV3 = 0x30;
    static final int MASK = 0x0f;

    private Opcode() {
    }

    static boolean isControl(int first) {
        return (first & 8) != 0;
    }

    static boolean isReserved(int opcode) {
        return opcode > BINARY && opcode < CLOSE || opcode > PONG;
    }
}
