package io.github.changeover.websocket.frames;

import io.github.changeover.spi.SharedBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A complete unmasked frame, as a server sends it without extensions: RFC 6455 section 5.2. A {@link FrameWriter} sends it once; a reusable frame may be
 * sent by several writers, on any threads.
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
    private final ByteBuffer bytes;     // null for a reusable frame
    private final byte[] reusable;      // never changes; null for a frame that is sent once
    private final int header;       // length in bytes
    private SharedBytes shared;         // null until share(). Threads may race: both objects are immutable, and equal if there are two
    private CompressedMessage compressed;

    /** The message, compressed without a context at one level. */
    private record CompressedMessage(int level, SharedBytes frames, CompressedMessage other) {
    }

    private OutgoingFrame(int opcode, boolean fin, ByteBuffer bytes, int header) {
        this.opcode = opcode;
        this.fin = fin;
        this.bytes = bytes;
        this.reusable = null;
        this.header = header;
    }

    private OutgoingFrame(int opcode, byte[] reusable, int header) {
        this.opcode = opcode;
        this.fin = true;
        this.bytes = null;
        this.reusable = reusable;
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
     * Creates the frame of a complete message with a copy of the payload. It may be sent any number of times.
     *
     * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY}
     */
    public static OutgoingFrame reusable(int opcode, byte[] payload) {
        return new OutgoingFrame(opcode, encode(Opcode.FIN | opcode, payload, 0, payload.length).array(), ServerFrameHeader.size(payload.length));
    }

    /** Makes a frame reusable. The bytes of a complete message are used without a copy and must never change. */
    public OutgoingFrame reusable() {
        if (reusable != null || !fin || isControl() || opcode == Opcode.CONTINUATION || !bytes.hasArray() || bytes.remaining() != bytes.array().length) return this;
        return new OutgoingFrame(opcode, bytes.array(), header);
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
        return reusable == null ? bytes : ByteBuffer.wrap(reusable);
    }

    /** The number of bytes that are not sent yet: header and payload. */
    public int size() {
        return reusable == null ? bytes.remaining() : reusable.length;
    }

    /** The number of bytes of the payload. The frame must not be sent yet, unless it is reusable. */
    public int payloadSize() {
        return size() - header;
    }

    /** Returns a copy of the payload. The frame must not be sent yet, unless it is reusable. */
    public byte[] copyPayload() {
        byte[] payload = new byte[payloadSize()];
        ByteBuffer from = bytes();
        from.get(from.position() + header, payload);
        return payload;
    }

    /** Returns a buffer in which the payload is remaining. For a frame that is sent once, this is {@link #bytes()}. */
    ByteBuffer skipHeader() {
        ByteBuffer from = bytes();
        return from.position(from.position() + header);
    }

    /** Called when the frame was sent. */
    void sent() {
        if (reusable == null) bytes.position(bytes.limit());
    }

    // ---- reusable frames

    /** Whether this frame may be sent any number of times. */
    public boolean isReusable() {
        return reusable != null;
    }

    /** Whether this frame is reusable and has this opcode and this payload. */
    public boolean contains(int type, byte[] payload) {
        return reusable != null && opcode == type && Arrays.equals(reusable, header, reusable.length, payload, 0, payload.length);
    }

    /** From now on, the writers of a reusable frame output {@link SharedBytes}, because several connections send it. Returns this frame. */
    public OutgoingFrame share() {
        if (shared == null && reusable != null) shared = SharedBytes.wrap(ByteBuffer.wrap(reusable));
        return this;
    }

    /** The bytes of a shared frame; null if it is not shared. */
    SharedBytes shared() {
        return shared;
    }

    /** Returns the message as it was compressed without a context at this level; null if it was not. */
    SharedBytes compressed(int level) {
        CompressedMessage known = compressed;
        while (known != null && known.level != level) known = known.other;
        return known == null ? null : known.frames;
    }

    /** Keeps the message as it was compressed without a context at this level. */
    void keepCompressed(int level, SharedBytes frames) {
        compressed = new CompressedMessage(level, frames, compressed);
    }
}
