package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A complete unmasked frame, as a server sends it without extensions: RFC 6455 section 5.2. A {@link FrameWriter} sends it once.
 *
 * <pre>
 * OutgoingFrame.text("Hello")   81 05 48 65 6c 6c 6f
 * </pre>
 */
public final class OutgoingFrame {
    /** The length of the longest header in bytes. */
    public static final int LONGEST_HEADER = ServerFrameHeader.LONGEST;

    private final int opcode;
    private final boolean fin;
    private final ByteBuffer bytes;
    private final int header;       // length in bytes

    private OutgoingFrame(int opcode, boolean fin, ByteBuffer bytes, int header) {
        this.opcode = opcode;
        this.fin = fin;
        this.bytes = bytes;
        this.header = header;
    }

    /**
     * Creates a frame with a copy of the payload.
     *
     * @param opcode one of {@link Opcode}
     * @param fin    whether the message ends with this frame; true for control frames
     */
    public static OutgoingFrame of(int opcode, boolean fin, byte[] payload, int from, int count) {
        return new OutgoingFrame(opcode, fin, encode(fin ? Opcode.FIN | opcode : opcode, payload, from, count), ServerFrameHeader.size(count));
    }

    /** Creates the frame of a complete text message. An unpaired surrogate becomes a question mark, as in {@link String#getBytes()}. */
    public static OutgoingFrame text(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return of(Opcode.TEXT, true, payload, 0, payload.length);
    }

    /**
     * Parses a frame that another library has encoded. The frame uses the buffer.
     *
     * @throws IllegalArgumentException if the buffer does not contain exactly one unmasked frame with RSV bits 0
     */
    public static OutgoingFrame parse(ByteBuffer bytes) {
        int at = bytes.position();
        if (bytes.remaining() >= 2 && (bytes.get(at) & (Opcode.RSV1 | Opcode.RSV2_RSV3)) == 0) {
            int seven = bytes.get(at + 1);
            int header = seven < ServerFrameHeader.TWO_BYTES ? 2 : seven == ServerFrameHeader.TWO_BYTES ? 4 : ServerFrameHeader.LONGEST;
            if (seven >= 0 && bytes.remaining() >= header && length(bytes, seven, header) == bytes.remaining() - header) {
                int first = bytes.get(at);
                return new OutgoingFrame(first & Opcode.MASK, (first & Opcode.FIN) != 0, bytes, header);
            }
        }
        throw new IllegalArgumentException("The buffer does not contain exactly one complete unmasked frame with RSV bits 0: pass frames one at a time, as they are without extensions");
    }

    private static long length(ByteBuffer frame, int seven, int header) {
        long length = header == 2 ? seven : 0;
        for (int i = 2; i < header; i++) length = length << 8 | frame.get(frame.position() + i) & 0xff;
        return length;
    }

    /** Returns the bytes of a frame that begins with this byte: FIN, RSV and opcode. */
    static ByteBuffer encode(int first, byte[] payload, int from, int count) {
        int header = ServerFrameHeader.size(count);
        byte[] frame = new byte[header + count];
        ServerFrameHeader.write(frame, 0, first, count);
        System.arraycopy(payload, from, frame, header, count);
        return ByteBuffer.wrap(frame);
    }

    public int opcode() {
        return opcode;
    }

    /** Whether the message ends with this frame. True for control frames. */
    public boolean isFinal() {
        return fin;
    }

    /** Whether this is a control frame, which is not part of a message. */
    public boolean isControl() {
        return Opcode.isControl(opcode);
    }

    /** The bytes to send, not a copy. They are remaining until the frame is sent. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** The number of bytes that are not sent yet: header and payload. */
    public int size() {
        return bytes.remaining();
    }

    /** The number of bytes of the payload. The frame must not be sent yet. */
    public int payloadSize() {
        return bytes.remaining() - header;
    }

    /** Returns a copy of the payload. The frame must not be sent yet. */
    public byte[] copyPayload() {
        byte[] payload = new byte[payloadSize()];
        bytes.get(bytes.position() + header, payload);
        return payload;
    }

    /** Skips the header. Returns {@link #bytes()}, in which the payload is remaining. */
    ByteBuffer skipHeader() {
        return bytes.position(bytes.position() + header);
    }
}
