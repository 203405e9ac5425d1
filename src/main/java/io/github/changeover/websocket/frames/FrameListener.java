package io.github.changeover.websocket.frames;

/**
 * Receives the frames that a {@link FrameReader} has read. Called on the reading thread, in the order in which the frames arrived. It may close the
 * reader. If a method of the listener throws an exception, the reader must be closed.
 */
public interface FrameListener {
    /**
     * Called for a message, a fragment or a control frame. It is valid, unmasked and not compressed. No frame follows a Close frame.
     *
     * <p>Fragments are passed on as the client sent them, with two exceptions: an empty fragment that is not the last is omitted, and if one read has more
     * than 64 fragments, the others are joined.
     *
     * @param opcode one of {@link Opcode}; {@link Opcode#CONTINUATION} for all fragments of a message but the first
     * @param fin    whether the message ends with this frame; true for control frames
     * @param bytes  contains the payload between {@code from} and {@code to}; the listener may use and change it until this method returns
     */
    void frame(int opcode, boolean fin, byte[] bytes, int from, int to);

    /**
     * Whether the listener wants a message that the client sends in fragments to be passed on as a whole. If not, each fragment is passed on when it has
     * arrived. Called at the first fragment of each such message.
     *
     * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY}
     */
    boolean wantsWhole(int opcode);

    /**
     * Reports the number of bytes of an unfinished message or frame that have arrived, headers included and as the client sent them; 0 if there is no such
     * message any more. Called at the end of a read that has changed the number.
     */
    void unfinished(long bytes);

    /** Called when the connection must be failed (RFC 6455 section 7.1.7). Called at most once, after all valid data; no other call follows. */
    void failed(FrameFault fault);
}
