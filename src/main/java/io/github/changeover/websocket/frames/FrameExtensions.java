package io.github.changeover.websocket.frames;

/**
 * What the extensions of a connection make of each frame: RFC 6455 section 9. They see frames as they are on the wire, without mask, and may use
 * the reserved bits. Called for one frame at a time in each direction.
 */
public interface FrameExtensions {
    /**
     * A whole frame.
     *
     * @param first   FIN, RSV and opcode
     * @param payload not to be used by the caller any more
     */
    record Frame(int first, byte[] payload) {
    }

    /**
     * Undoes what the client's extensions did.
     *
     * @return the frame as it would be without extensions; null when there is none
     * @throws RuntimeException when that is impossible: the connection fails
     */
    Frame incoming(Frame frame);

    /**
     * Prepares a frame for the client.
     *
     * @throws RuntimeException when that is impossible: the frame is not sent
     */
    Frame outgoing(Frame frame);
}
