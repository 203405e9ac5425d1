package io.github.changeover.websocket.frames;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a client's frames: RFC 6455 sections 5 to 8, RFC 7692 sections 6 and 7.2.2. The input is bytes as they arrive, split at any position. The output
 * is messages, fragments and control frames, unmasked and decompressed, and the first fault.
 *
 * <pre>
 * in    81 85 37 fa 21 3d 7f 9f 4d 51 58                  out   frame(TEXT, true, "Hello")
 * in    01 81 .. .. .. .. .. 80 81 .. .. .. .. ..         out   frame(TEXT, false, "H"), frame(CONTINUATION, true, "i");
 *                                                             or frame(TEXT, true, "Hi") if the listener wants complete messages
 * in    81 05 48                                          out   failed(UNMASKED), at the second byte
 * </pre>
 *
 * <p>An uncompressed frame that arrives complete is unmasked in place and is not copied. If the listener wants complete messages, the fragments of one read
 * are joined in place as well. Only data that must wait, or that is compressed, is stored in an array until it is passed on; {@link FrameMemoryListener} counts
 * this array. A fault is detected at the first byte that shows it. After a Close frame or a fault, all further bytes are ignored. Only one thread at a
 * time may call.
 */
public final class FrameReader implements FrameInput {
    /** For data that arrives in direct buffers, which cannot be unmasked in place. */
    private static final BufferPool COPIES = BufferPool.ofHeapBuffers(64 * 1024);
    private static final int LEAST_POOLED = 4 * 1024;       // a shorter array is cheaper to allocate than to take from the pool
    private static final int SPLIT_HEADER = 32;     // memory in bytes of the array for a split header
    private static final int SINGLE = 64;           // fragments of one read that are passed on one by one; more are joined, to avoid a call for each tiny one

    private final IncomingMessage message;
    private final FrameHeader header;
    private final MessageInflater inflating;      // null if no compression is agreed on
    private final FrameMemoryListener memory;
    private byte[] split;           // an incomplete header, or null
    private int splitLength;             // bytes of that header that have arrived
    private boolean inFrame;        // a frame has begun and is incomplete
    private int taken;              // bytes of its payload that have arrived
    private PayloadBuffer control;  // of an incomplete control frame, or null
    private PayloadBuffer stored;     // stored bytes of the message, or null
    private int complete;           // number of stored bytes that belong to complete frames
    private int plainFrom, plainTo; // range of the message's bytes that wait in the array being read; empty if both are equal
    private boolean wantsWhole;     // the listener wants the complete message
    private int singleFragments;             // fragments of this read that were passed on one by one
    private boolean passedOn;          // a fragment of the message was passed on
    private long arrived;           // bytes of complete frames of the message, as the client sent them
    private long reported;          // the number of unfinished bytes last reported to the listener
    private boolean messageEnded;   // a message has ended since that report
    private boolean ended;
    private boolean closeReceived;

    /**
     * @param deflate the agreed parameters of permessage-deflate
     * @param pool    the pool of the application
     * @param memory  counts the memory that this reader holds
     */
    public FrameReader(FrameLimits limits, Optional<DeflateAgreement> deflate, DeflaterPool pool, FrameMemoryListener memory) {
        this.message = new IncomingMessage(limits.message(), deflate.isPresent());
        this.header = new FrameHeader(limits, message);
        this.inflating = deflate.map(agreed -> new MessageInflater(pool, !agreed.clientNoContextTakeover())).orElse(null);
        this.memory = memory;
    }

    /**
     * Reads the bytes that have arrived.
     *
     * @param bytes    has no remaining bytes afterwards, and belongs to the caller again when this method returns. If the buffer has an array, this method
     *                 writes to the array and copies only the bytes that must wait. Otherwise all bytes are copied once
     * @param listener may close this reader; an exception of the listener is passed to the caller, and the bytes after that frame are lost
     */
    @Override
    public void read(ByteBuffer bytes, FrameListener listener) {
        int count = bytes.remaining();
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.position();
            bytes.position(bytes.limit());
            read(bytes.array(), from, from + count, listener);
        } else {
            ByteBuffer pooled = count < LEAST_POOLED || count > COPIES.size() ? null : COPIES.take();
            byte[] copy = pooled == null ? new byte[count] : pooled.array();
            try {
                bytes.get(copy, 0, count);
                read(copy, 0, count, listener);
            } finally {
                if (pooled != null) COPIES.give(pooled);
            }
        }
        if (ended) close();
    }

    private void read(byte[] bytes, int from, int to, FrameListener listener) {
        int at = from;
        singleFragments = 0;
        while (at < to && !ended) {
            if (inFrame) at = continueFrame(bytes, at, to, listener);
            else if (split != null) at = joinHeader(bytes, at, to, listener);
            else at = readFrames(bytes, at, to, listener);
        }
        if (!ended) endOfRead(bytes, listener);
    }

    /** Whether a Close frame arrived, a fault occurred, or this reader was closed. All further bytes are ignored. */
    public boolean ended() {
        return ended;
    }

    @Override
    public boolean closeReceived() {
        return closeReceived;
    }

    /** Releases all memory. Nothing is read afterwards. */
    @Override
    public void close() {
        ended = true;
        plainFrom = plainTo = complete = 0;
        dropSplit();
        if (control != null) control.release();
        if (stored != null) stored.release();
        control = stored = null;
        if (inflating != null) inflating.close();
    }

    private void dropSplit() {
        if (split != null) memory.release(SPLIT_HEADER);
        split = null;
    }

    /** Reports the fault. Valid data before it is passed on first, unless memory is exhausted or the listener wants only complete messages. */
    private void fail(FrameFault fault, byte[] bytes, FrameListener listener) {
        if (!ended && fault != FrameFault.NO_MEMORY) passOn(bytes, listener);
        if (ended) return;      // the listener has closed this reader
        close();
        listener.failed(fault);
    }

    // ---- frames

    private int readFrames(byte[] bytes, int from, int to, FrameListener listener) {
        int at = from;
        while (at < to && !ended) {
            FrameHeader.HeaderProgress progress = header.read(bytes, at, to);
            if (progress != FrameHeader.HeaderProgress.WHOLE) {
                if (progress == FrameHeader.HeaderProgress.FAULTY) fail(header.fault(), bytes, listener);
                else splitHeader(bytes, at, to, listener);
                return to;
            }
            at += header.size();
            int length = header.length();
            enter(listener);
            if (length > to - at || !header.isControl() && (stored != null || message.isCompressed())) return begin(bytes, at, to, listener);
            int start = header.isControl() || plainFrom == plainTo ? at : plainTo;
            Masking.unmask(bytes, at, bytes, start, length, header.key());
            at += length;
            if (header.isControl()) controlFrame(bytes, start, at, bytes, listener);
            else readUncompressed(bytes, start, length, listener);
        }
        return at;
    }

    private void splitHeader(byte[] bytes, int from, int to, FrameListener listener) {
        split = Arrays.copyOfRange(bytes, from, from + FrameHeader.LONGEST);
        splitLength = to - from;
        if (!memory.charge(SPLIT_HEADER)) fail(FrameFault.NO_MEMORY, bytes, listener);
    }

    /** Reads the rest of a split header byte by byte, because each byte may show a fault. */
    private int joinHeader(byte[] bytes, int from, int to, FrameListener listener) {
        split[splitLength++] = bytes[from];
        FrameHeader.HeaderProgress progress = header.read(split, 0, splitLength);
        if (progress == FrameHeader.HeaderProgress.PARTIAL) return from + 1;
        dropSplit();
        if (progress == FrameHeader.HeaderProgress.FAULTY) {
            fail(header.fault(), bytes, listener);
            return to;
        }
        enter(listener);
        return begin(bytes, from + 1, to, listener);
    }

    /** Called when the header of a frame is complete. */
    private void enter(FrameListener listener) {
        if (!header.isControl() && message.begin(header.first()) && !header.isFinal()) wantsWhole = listener.wantsWhole(message.opcode());
    }

    /** Processes a complete uncompressed data frame, which is unmasked in place, or directly after the frames that wait before it. */
    private void readUncompressed(byte[] bytes, int start, int length, FrameListener listener) {
        FrameFault fault = message.add(bytes, start, start + length);
        if (fault == null && header.isFinal()) fault = message.end();
        if (fault != null) {
            fail(fault, bytes, listener);
            return;
        }
        if (plainFrom == plainTo) plainFrom = start;
        plainTo = start + length;
        if (header.isFinal()) {
            finish(bytes, plainFrom, plainTo, listener);
            return;
        }
        arrived += header.size() + length;
        fault = passOnSingly(bytes, listener);
        if (fault != null) fail(fault, bytes, listener);
    }

    /** Starts a frame that is incomplete or that needs an array. The number of its available bytes may be zero. */
    private int begin(byte[] bytes, int from, int to, FrameListener listener) {
        inFrame = true;
        taken = 0;
        return continueFrame(bytes, from, to, listener);
    }

    private int continueFrame(byte[] bytes, int from, int to, FrameListener listener) {
        int count = Math.min(to - from, header.length() - taken);
        FrameFault fault = header.isControl() ? controlPart(bytes, from, count, listener) : part(bytes, from, count, listener);
        if (fault != null) {
            fail(fault, bytes, listener);
            return to;
        }
        return from + count;
    }

    private FrameFault controlPart(byte[] bytes, int from, int count, FrameListener listener) {
        if (control == null) control = new PayloadBuffer(memory);
        if (!control.reserve(count, header.length())) return FrameFault.NO_MEMORY;
        Masking.unmask(bytes, from, control.bytes(), control.size(), count, Masking.from(header.key(), taken));
        control.wrote(count);
        taken += count;
        if (taken < header.length()) return null;
        PayloadBuffer done = control;
        control = null;
        inFrame = false;
        try {
            controlFrame(done.bytes(), 0, done.size(), bytes, listener);
        } finally {
            done.release();
        }
        return null;
    }

    private FrameFault part(byte[] bytes, int from, int count, FrameListener listener) {
        if (plainFrom != plainTo) {
            FrameFault fault = wantsWhole ? hold(bytes) : passOn(bytes, listener);
            if (fault != null || ended) return fault;
        }
        if (stored == null) stored = new PayloadBuffer(memory);
        int before = stored.size();
        int key = Masking.from(header.key(), taken);
        taken += count;
        boolean whole = taken == header.length();
        FrameFault fault = message.isCompressed() ? inflate(bytes, from, count, key, whole) : copy(bytes, from, count, key);
        if (fault == null) fault = message.add(stored.bytes(), before, stored.size());
        if (fault == null && whole && header.isFinal()) fault = message.end();
        if (fault != null || !whole) return fault;
        inFrame = false;
        complete = stored.size();
        if (header.isFinal()) {
            finish(null, 0, 0, listener);
            return null;
        }
        arrived += header.size() + header.length();
        return passOnSingly(bytes, listener);
    }

    private FrameFault copy(byte[] bytes, int from, int count, int key) {
        int rest = header.isFinal() || !wantsWhole ? header.length() - taken + count : message.room();
        if (!stored.reserve(count, (long) stored.size() + rest)) return FrameFault.NO_MEMORY;
        Masking.unmask(bytes, from, stored.bytes(), stored.size(), count, key);
        stored.wrote(count);
        return null;
    }

    private FrameFault inflate(byte[] bytes, int from, int count, int key, boolean whole) {
        Masking.unmask(bytes, from, bytes, from, count, key);
        int before = stored.size();
        FrameFault fault = inflating.inflate(ByteBuffer.wrap(bytes, from, count), stored, message.room());
        if (fault != null || !whole || !header.isFinal()) return fault;
        return inflating.end(stored, message.room() - (stored.size() - before));
    }

    /** Passes on a complete control frame. Fragments that arrived before it are passed on first. */
    private void controlFrame(byte[] payload, int from, int to, byte[] bytes, FrameListener listener) {
        FrameFault fault = header.opcode() == Opcode.CLOSE ? CloseFrame.check(payload, from, to) : null;
        if (fault == null && message.isUnfinished() && !wantsWhole) fault = passOn(bytes, listener);
        if (fault != null) fail(fault, bytes, listener);
        if (ended) return;
        ended = closeReceived = header.opcode() == Opcode.CLOSE;
        listener.frame(header.opcode(), true, payload, from, to);
    }

    // ---- messages

    /** The message is complete: passes on its last fragment, or the complete message. */
    private void finish(byte[] bytes, int from, int to, FrameListener listener) {
        int opcode = passedOn ? Opcode.CONTINUATION : message.opcode();
        PayloadBuffer done = stored;
        stored = null;
        complete = plainFrom = plainTo = 0;
        passedOn = false;
        arrived = 0;
        messageEnded = true;
        if (done == null) {
            listener.frame(opcode, true, bytes, from, to);
            return;
        }
        try {
            listener.frame(opcode, true, done.bytes(), 0, done.size());
        } finally {
            done.release();
        }
    }

    /** A fragment is complete. A listener that does not want the complete message gets the fragment as the client sent it. */
    private FrameFault passOnSingly(byte[] bytes, FrameListener listener) {
        return !wantsWhole && singleFragments++ < SINGLE ? passOn(bytes, listener) : null;
    }

    /** Passes on the waiting bytes of complete frames, unless the listener wants the complete message. Returns a fault if there are too many fragments, or null. */
    private FrameFault passOn(byte[] bytes, FrameListener listener) {
        boolean plain = plainFrom != plainTo;
        int from = plain ? plainFrom : 0;
        int count = plain ? plainTo - plainFrom : complete;
        plainFrom = plainTo = 0;
        if (wantsWhole || count == 0) return null;
        int opcode = passedOn ? Opcode.CONTINUATION : message.opcode();
        passedOn = true;
        FrameFault fault = message.passedOn(count);
        listener.frame(opcode, false, plain ? bytes : stored.bytes(), from, from + count);
        if (!plain && stored != null) {
            complete = 0;
            stored.drop(count);
            if (stored.size() == 0 && !inFrame) {
                stored.release();
                stored = null;
            }
        }
        return fault;
    }

    /** Stores the bytes that wait in the array being read. */
    private FrameFault hold(byte[] bytes) {
        int count = plainTo - plainFrom;
        if (stored == null) stored = new PayloadBuffer(memory);
        if (!stored.reserve(count, (long) stored.size() + count + message.room())) return FrameFault.NO_MEMORY;
        System.arraycopy(bytes, plainFrom, stored.bytes(), stored.size(), count);
        stored.wrote(count);
        complete = stored.size();
        plainFrom = plainTo = 0;
        return null;
    }

    /** Passes on all bytes that need not wait, and stores the others. */
    private void endOfRead(byte[] bytes, FrameListener listener) {
        if (plainFrom != plainTo || stored != null) {
            FrameFault fault = plainFrom != plainTo && wantsWhole ? hold(bytes) : passOn(bytes, listener);
            if (fault == null && !ended && stored != null && !stored.keep()) fault = FrameFault.NO_MEMORY;
            if (fault != null) fail(fault, bytes, listener);
        }
        if (control != null && !control.keep()) fail(FrameFault.NO_MEMORY, bytes, listener);
        long bytesNow = unfinished();
        boolean other = messageEnded && reported > 0 && bytesNow > 0;
        messageEnded = false;
        if (ended || bytesNow == reported && !other) return;
        if (other) listener.unfinished(0);
        reported = bytesNow;
        listener.unfinished(bytesNow);
    }

    /** Control frames between the fragments of a message are not counted: the message does not grow by them. */
    private long unfinished() {
        boolean data = split != null ? !Opcode.isControl(split[0]) : inFrame && !header.isControl();
        if (!data && message.isUnfinished()) return arrived;
        return arrived + (split != null ? splitLength : inFrame ? header.size() + taken : 0);
    }
}
