package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the frames of a client if extensions that process frames are agreed on. The header of a frame is checked as it arrives. The complete payload is
 * passed through the extensions. A {@link FrameReader} reads the resulting frame as if the client had sent it. Therefore a remaining reserved bit, a
 * message that is too long, or text that is not UTF-8 is a fault as it is without extensions.
 */
public final class ExtendedFrameReader implements FrameInput {
    private static final byte[] NO_KEY = new byte[4];
    private final FrameExtensions extensions;
    private final FrameMemoryListener memory;
    private final FrameReader messages;
    private final FrameHeader header;
    private final byte[] head = new byte[FrameHeader.LONGEST];
    private int joined;             // bytes of an incomplete header
    private PayloadBuffer payload;        // of the incomplete frame, or null
    private boolean open;           // the message that the extensions pass on is unfinished
    private long arrived;           // bytes of complete frames of that message
    private long reported;
    private boolean messageEnded;   // a message has ended since the last report to the listener

    /** @param memory counts the memory that this reader holds */
    public ExtendedFrameReader(FrameLimits limits, FrameExtensions extensions, DeflaterPool pool, FrameMemoryListener memory) {
        this.extensions = extensions;
        this.memory = memory;
        this.messages = new FrameReader(limits, Optional.empty(), pool, memory);
        this.header = new FrameHeader(limits);
    }

    /** Passes messages on to the listener. The number of unfinished bytes is reported separately, as it is on the wire. */
    private final class Inner implements FrameListener {
        private final FrameListener listener;

        Inner(FrameListener listener) {
            this.listener = listener;
        }

        @Override
        public boolean wantsWhole(int opcode) {
            return listener.wantsWhole(opcode);
        }

        @Override
        public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
            listener.frame(opcode, fin, bytes, from, to);
        }

        @Override
        public void unfinished(long bytes) {
            open = bytes > 0;
        }

        @Override
        public void failed(FrameFault fault) {
            listener.failed(fault);
        }
    }

    @Override
    public void read(ByteBuffer bytes, FrameListener listener) {
        FrameListener inner = new Inner(listener);
        while (bytes.hasRemaining() && !messages.ended()) {
            FrameFault fault = payload == null ? readHeader(bytes) : readPayload(bytes);
            if (fault == null && payload != null && payload.size() == header.length()) fault = passOn(inner);
            if (fault != null) {
                close();
                listener.failed(fault);
            }
        }
        bytes.position(bytes.limit());
        if (messages.ended()) {
            close();
            return;
        }
        if (payload != null && !payload.keep()) {
            close();
            listener.failed(FrameFault.NO_MEMORY);
            return;
        }
        deliver(listener);
    }

    private void deliver(FrameListener listener) {
        long now = unfinished();
        boolean other = now > 0 && reported > 0 && (messageEnded || now < reported);
        messageEnded = false;
        if (now == reported && !other) return;
        if (other) listener.unfinished(0);
        reported = now;
        listener.unfinished(now);
    }

    /** Control frames between the fragments of a message are not counted: the message does not grow by them. */
    private long unfinished() {
        boolean data = payload != null ? !header.isControl() : joined > 0 && !Opcode.isControl(head[0]);
        if (!data && open) return arrived;
        return arrived + joined + (payload == null ? 0 : header.size() + payload.size());
    }

    private FrameFault readHeader(ByteBuffer bytes) {
        head[joined++] = bytes.get();
        FrameHeader.HeaderProgress progress = header.read(head, 0, joined);
        if (progress == FrameHeader.HeaderProgress.FAULTY) return header.fault();
        if (progress == FrameHeader.HeaderProgress.WHOLE) {
            joined = 0;
            payload = new PayloadBuffer(memory);
        }
        return null;
    }

    private FrameFault readPayload(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), header.length() - payload.size());
        if (!payload.reserve(count, header.length())) return FrameFault.NO_MEMORY;
        bytes.get(payload.bytes(), payload.size(), count);
        payload.wrote(count);
        return null;
    }

    private FrameFault passOn(FrameListener listener) {
        PayloadBuffer whole = payload;
        payload = null;
        int size = whole.size();
        boolean data = !header.isControl();
        if (data) arrived += header.size() + size;
        FrameExtensions.Frame frame;
        try {
            Masking.unmask(whole.bytes(), 0, whole.bytes(), 0, size, header.key());
            frame = extensions.incoming(new FrameExtensions.Frame(header.first(), Arrays.copyOf(whole.bytes(), size)));
        } catch (RuntimeException failed) {
            return FrameFault.EXTENSION;
        } finally {
            whole.release();
        }
        if (frame != null) {
            long copies = frame.payload().length < PayloadBuffer.SMALL ? 0 : 2L * frame.payload().length;
            boolean fits = copies == 0 || memory.charge(copies);
            try {
                if (!fits) return FrameFault.NO_MEMORY;
                messages.read(masked(frame), listener);
            } finally {
                if (copies > 0) memory.release(copies);
            }
        }
        if (!open) {
            arrived = 0;
            messageEnded |= data;
        }
        return null;
    }

    /** Masks the frame with a key of zeros, which leaves the payload unchanged. */
    private static ByteBuffer masked(FrameExtensions.Frame frame) {
        int length = frame.payload().length;
        ByteBuffer plain = ByteBuffer.allocate(ServerFrameHeader.size(length) + NO_KEY.length + length);
        int end = ServerFrameHeader.write(plain.array(), 0, frame.first(), length);
        plain.array()[1] |= (byte) 0x80;
        return plain.position(end).put(NO_KEY).put(frame.payload()).flip();
    }

    @Override
    public boolean closeReceived() {
        return messages.closeReceived();
    }

    @Override
    public void close() {
        messages.close();
        if (payload != null) payload.release();
        payload = null;
    }
}
