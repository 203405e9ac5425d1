package io.github.changeover.websocket.frames;

/** The errors of a peer, with the code and the reason of the Close frame: RFC 6455 section 7.4.1. */
public enum FrameFault {
    RESERVED_BIT(1002, "RSV2 and RSV3 mean nothing here: send 0."),
    UNAGREED_RSV1(1002, "RSV1 means nothing here, for no extension was agreed on: send 0."),
    MISPLACED_RSV1(1002, "RSV1 belongs on the first frame of a compressed message only."),
    RESERVED_OPCODE(1002, "This opcode is reserved."),
    FRAGMENTED_CONTROL(1002, "A control frame is not fragmented: set FIN."),
    LONG_CONTROL(1002, "A control frame has at most 125 bytes of payload."),
    UNEXPECTED_CONTINUATION(1002, "There is no message to continue: begin with a text or binary frame."),
    UNFINISHED_MESSAGE(1002, "The message before is not finished: continue it first."),
    UNMASKED(1002, "A client masks its frames."),
    LENGTH_NOT_MINIMAL(1002, "The payload length is not in the shortest form."),
    LENGTH_NEGATIVE(1002, "The most significant bit of a payload length is 0."),
    SHORT_CLOSE(1002, "A Close frame's payload is empty or begins with a code of two bytes."),
    CLOSE_CODE(1002, "This code is not for a client's Close frame."),
    /** The frame is valid, but its content does not match its type. Therefore the code is 1007, as for text. */
    CORRUPT_DEFLATE(1007, "The compressed message cannot be inflated."),
    TEXT_NOT_UTF8(1007, "Text is UTF-8."),
    REASON_NOT_UTF8(1007, "The reason of a Close frame is UTF-8."),
    FRAME_TOO_BIG(1009, "The frame is longer than is taken here."),
    MESSAGE_TOO_BIG(1009, "The message is longer than is taken here."),
    /** {@link FrameExtensions} threw an exception. */
    EXTENSION(1011, "An extension cannot read this frame."),
    /** The frame is valid, but {@link FrameMemoryListener} rejected the memory for it. */
    NO_MEMORY(1013, "The server holds too many unfinished messages: try again later.");

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
