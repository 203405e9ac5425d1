package io.github.changeover.websocket.frames;

/** The errors of a peer, with the code and the reason of the Close frame: RFC 6455 section 7.4.1. */
public enum FrameFault {
    RESERVED_BIT(1002, "RSV2 and RSV3 must be 0."),
    UNAGREED_RSV1(1002, "RSV1 must be 0, because no extension that uses it was accepted."),
    MISPLACED_RSV1(1002, "RSV1 may be set only on the first frame of a compressed message."),
    RESERVED_OPCODE(1002, "The opcode is reserved."),
    FRAGMENTED_CONTROL(1002, "A control frame must not be fragmented: set FIN."),
    LONG_CONTROL(1002, "The payload of a control frame must not exceed 125 bytes."),
    UNEXPECTED_CONTINUATION(1002, "There is no message to continue: begin with a text or binary frame."),
    UNFINISHED_MESSAGE(1002, "The previous message is not finished: continue it first."),
    UNMASKED(1002, "Client frames must be masked."),
    LENGTH_NOT_MINIMAL(1002, "The payload length must be in the shortest form."),
    LENGTH_NEGATIVE(1002, "The most significant bit of a payload length must be 0."),
    SHORT_CLOSE(1002, "The payload of a Close frame must be empty or begin with a code of two bytes."),
    CLOSE_CODE(1002, "The code is not allowed in a Close frame from a client."),
    /** The frame is valid, but its content does not match its type. Therefore the code is 1007, as for text. */
    CORRUPT_DEFLATE(1007, "The compressed message cannot be inflated."),
    TEXT_NOT_UTF8(1007, "The text is not valid UTF-8."),
    REASON_NOT_UTF8(1007, "The reason of the Close frame is not valid UTF-8."),
    FRAME_TOO_BIG(1009, "The frame exceeds the maximum size (changeover.websocket.message.max)."),
    MESSAGE_TOO_BIG(1009, "The message exceeds the maximum size (changeover.websocket.message.max)."),
    /** {@link FrameExtensions} threw an exception. */
    EXTENSION(1011, "An extension failed to read this frame."),
    /** The frame is valid, but {@link FrameMemoryListener} rejected the memory for it. */
    NO_MEMORY(1013, "The server holds too many unfinished messages (changeover.memory.max): try again later.");

    private final int code;
    private final String reason;

    FrameFault(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    /** The code for the Close frame. */
    public int code() {
        return code;
    }

    /** The reason for the Close frame: ASCII, at most 123 bytes, so that it fits. */
    public String reason() {
        return reason;
    }
}
