package io.github.changeover.websocket.frames;

/**
 * Transforms the frames of a connection by its extensions: RFC 6455 section 9. Extensions process frames as they are on the wire, but unmasked, and may
 * use the reserved bits. Called for one frame at a time in each direction.
 */
public interface FrameExtensions {
    /**
     * A complete frame.
     *
     * @param first   FIN, RSV and opcode
     * @param payload must not be used by the caller afterwards
     */
    record Frame(int first, byte[] payload) {
    }

    /**
     * Reverses the transformations of the client's extensions.
     *
     * @return the frame as it would be without extensions; null if there is no frame to pass on
     * @throws RuntimeException if that is not possible; the connection fails
     */
    Frame incoming(Frame frame);

    /**
     * Transforms a frame for the client.
     *
     * @throws RuntimeException if that is not possible; the frame is not sent
     */
    Frame outgoing(Frame frame);
}
