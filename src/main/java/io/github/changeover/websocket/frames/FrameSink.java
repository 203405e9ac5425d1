package io.github.changeover.websocket.frames;

/**
 * Receives what a {@link FrameReader} has read: called on the reading thread, in the order of the connection. May close the reader. After an
 * exception of a method here the reader must be closed.
 */
public interface FrameSink {
    /**
     * A message, a fragment of one, or a control frame: valid, unmasked, not compressed. A Close frame is the last there will ever be.
     *
     * <p>Fragments are those of the client, with two exceptions: an empty one that is not the last is left out, and of more than 64 in one read the rest
     * is joined.
     *
     * @param first FIN and opcode, without the RSV bits
     * @param bytes has the payload between {@code from} and {@code to}; it may be changed, and is the sink's until this returns
     */
    void frame(int first, byte[] bytes, int from, int to);

    /**
     * Whether a message that the client sends in fragments is to be given on whole. If not, each fragment is given on when it has arrived.
     * Asked at the first fragment of each such message.
     *
     * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY}
     */
    boolean wantsWhole(int opcode);

    /**
     * So many bytes of a message, or a frame, have arrived that is not finished, headers included and as the client sent them; 0 when there is no
     * such message any more. Called at the end of a read that has changed it.
     */
    void unfinished(long bytes);

    /** The connection is to be failed (RFC 6455 section 7.1.7). Comes at most once, after everything that was right, and nothing comes after it. */
    void failed(FrameFault fault);
}
