package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a client's frames: RFC 6455 sections 5 to 8, RFC 7692 sections 6 and 7.2.2. Bytes go in as they arrive, split anywhere; out come messages,
 * fragments and control frames without mask and compression, and the first thing that is wrong.
 *
 * <pre>
 * in    81 85 37 fa 21 3d 7f 9f 4d 51 58                  out   frame(81, "Hello")
 * in    01 81 .. .. .. .. .. 80 81 .. .. .. .. ..         out   frame(01, "H"), frame(80, "i"); or frame(81, "Hi") where messages are wanted whole
 * in    81 05 48                                          out   failed(UNMASKED), at the second byte
 * </pre>
 *
 * <p>A plain frame that arrives whole stays where it is and loses its mask there; fragments of one read that are wanted whole are joined there. Only what must wait, and what
 * is compressed, gets an array, until it is given on; {@link FrameMemory} counts it. What is wrong is noticed with the first byte that shows it.
 * After a Close frame, or what is wrong, all bytes are ignored. One thread at a time may call.
 */
public final class FrameReader implements FrameSource {
    private static final int SPLIT_HEADER = 32;     // what its array takes
    private static final int SINGLE = 64;           // fragments of one read that are given on by themselves; more are joined, or tiny ones would cost a call each

    private final Message message;
    private final FrameHeader header;
    private final Inflating inflating;      // null when no compression was agreed on
    private final FrameMemory memory;
    private byte[] split;           // a header that is not whole, or null
    private int joined;             // bytes of it that have arrived
    private boolean inFrame;        // a frame has begun, and the rest of it is to come
    private int taken;              // bytes of its payload that have arrived
    private Payload control;        // of a control frame that is not whole, or null
    private Payload held;           // bytes of the message that wait, or null
    private int complete;           // of them, those of frames that are whole
    private int plainFrom, plainTo; // where bytes of the message wait in the array that is being read; none when both are the same
    private boolean wantsWhole;     // the sink wants the message whole
    private int single;             // fragments of this read that were given on by themselves
    private boolean begun;          // a fragment of the message was given on
    private long arrived;           // bytes of whole frames of the message, as the client sent them
    private long told;              // what the sink knows of the unfinished message
    private boolean another;        // since then, a message has ended
    private boolean ended;
    private boolean closeCame;

    /**
     * @param deflate what was agreed on
     * @param pool    of the application
     * @param memory  counts what is held
     */
    public FrameReader(FrameLimits limits, Optional<DeflateAgreement> deflate, DeflatePool pool, FrameMemory memory) {
        this.message = new Message(limits.message(), deflate.isPresent());
        this.header = new FrameHeader(limits, message);
        this.inflating = deflate.map(agreed -> new Inflating(pool, !agreed.clientNoContextTakeover())).orElse(null);
        this.memory = memory;
    }

    /**
     * Reads what has arrived.
     *
     * @param bytes emptied, and the caller's again when this returns. With an array it is written to and no byte copied that need not wait; without, all
     *              are copied once
     * @param sink  may close this reader; what it throws is thrown on, and the bytes behind that are lost
     */
    @Override
    public void read(ByteBuffer bytes, FrameSink sink) {
        int count = bytes.remaining();
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.position();
            bytes.position(bytes.limit());
            read(bytes.array(), from, from + count, sink);
        } else {
            byte[] copy = Copies.take(bytes);
            try {
                read(copy, 0, count, sink);
            } finally {
                Copies.give(copy);
            }
        }
        if (ended) close();
    }

    private void read(byte[] bytes, int from, int to, FrameSink sink) {
        int at = from;
        single = 0;
        while (at < to && !ended) {
            if (inFrame) at = goOn(bytes, at, to, sink);
            else if (split != null) at = joinHeader(bytes, at, to, sink);
            else at = run(bytes, at, to, sink);
        }
        if (!ended) endOfRead(bytes, sink);
    }

    /** Whether a Close frame came, or something was wrong, or this was closed: what else comes is ignored. */
    public boolean ended() {
        return ended;
    }

    @Override
    public boolean closeCame() {
        return closeCame;
    }

    /** Gives back what is held. Nothing is read any more. */
    @Override
    public void close() {
        ended = true;
        plainFrom = plainTo = complete = 0;
        dropSplit();
        if (control != null) control.release();
        if (held != null) held.release();
        control = held = null;
        if (inflating != null) inflating.close();
    }

    private void dropSplit() {
        if (split != null) memory.release(SPLIT_HEADER);
        split = null;
    }

    /** What was right goes before, unless it is of no use alone. */
    private void fail(FrameFault fault, byte[] bytes, FrameSink sink) {
        if (!ended && fault != FrameFault.NO_MEMORY) giveOn(bytes, sink);
        if (ended) return;      // the sink has closed this
        close();
        sink.failed(fault);
    }

    // ---- frames

    private int run(byte[] bytes, int from, int to, FrameSink sink) {
        int at = from;
        while (at < to && !ended) {
            FrameHeader.Progress progress = header.read(bytes, at, to);
            if (progress != FrameHeader.Progress.WHOLE) {
                if (progress == FrameHeader.Progress.FAULTY) fail(header.fault(), bytes, sink);
                else splitHeader(bytes, at, to, sink);
                return to;
            }
            at += header.size();
            int length = header.length();
            enter(sink);
            if (length > to - at || !header.isControl() && (held != null || message.isCompressed())) return begin(bytes, at, to, sink);
            int start = header.isControl() || plainFrom == plainTo ? at : plainTo;
            Masking.unmask(bytes, at, bytes, start, length, header.key());
            at += length;
            if (header.isControl()) controlFrame(bytes, start, at, bytes, sink);
            else plain(bytes, start, length, sink);
        }
        return at;
    }

    private void splitHeader(byte[] bytes, int from, int to, FrameSink sink) {
        split = Arrays.copyOfRange(bytes, from, from + FrameHeader.LONGEST);
        joined = to - from;
        if (!memory.charge(SPLIT_HEADER)) fail(FrameFault.NO_MEMORY, bytes, sink);
    }

    /** The rest of a header, byte by byte: each may show what is wrong. */
    private int joinHeader(byte[] bytes, int from, int to, FrameSink sink) {
        split[joined++] = bytes[from];
        FrameHeader.Progress progress = header.read(split, 0, joined);
        if (progress == FrameHeader.Progress.PARTIAL) return from + 1;
        dropSplit();
        if (progress == FrameHeader.Progress.FAULTY) {
            fail(header.fault(), bytes, sink);
            return to;
        }
        enter(sink);
        return begin(bytes, from + 1, to, sink);
    }

    /** A frame begins. */
    private void enter(FrameSink sink) {
        if (!header.isControl() && message.enter(header.first()) && !header.isFinal()) wantsWhole = sink.wantsWhole(message.opcode());
    }

    /** A plain data frame that is whole, unmasked where it is, or behind those before. */
    private void plain(byte[] bytes, int start, int length, FrameSink sink) {
        FrameFault fault = message.add(bytes, start, start + length);
        if (fault == null && header.isFinal()) fault = message.leave();
        if (fault != null) {
            fail(fault, bytes, sink);
            return;
        }
        if (plainFrom == plainTo) plainFrom = start;
        plainTo = start + length;
        if (header.isFinal()) {
            finish(bytes, plainFrom, plainTo, sink);
            return;
        }
        arrived += header.size() + length;
        fault = giveOnSingly(bytes, sink);
        if (fault != null) fail(fault, bytes, sink);
    }

    /** A frame that is not whole, or that needs an array. It may have no bytes to wait for. */
    private int begin(byte[] bytes, int from, int to, FrameSink sink) {
        inFrame = true;
        taken = 0;
        return goOn(bytes, from, to, sink);
    }

    private int goOn(byte[] bytes, int from, int to, FrameSink sink) {
        int count = Math.min(to - from, header.length() - taken);
        FrameFault fault = header.isControl() ? controlPart(bytes, from, count, sink) : part(bytes, from, count, sink);
        if (fault != null) {
            fail(fault, bytes, sink);
            return to;
        }
        return from + count;
    }

    private FrameFault controlPart(byte[] bytes, int from, int count, FrameSink sink) {
        if (control == null) control = new Payload(memory);
        if (!control.reserve(count, header.length())) return FrameFault.NO_MEMORY;
        Masking.unmask(bytes, from, control.bytes(), control.size(), count, Masking.from(header.key(), taken));
        control.wrote(count);
        taken += count;
        if (taken < header.length()) return null;
        Payload done = control;
        control = null;
        inFrame = false;
        try {
            controlFrame(done.bytes(), 0, done.size(), bytes, sink);
        } finally {
            done.release();
        }
        return null;
    }

    private FrameFault part(byte[] bytes, int from, int count, FrameSink sink) {
        if (plainFrom != plainTo) {
            FrameFault fault = wantsWhole ? hold(bytes) : giveOn(bytes, sink);
            if (fault != null || ended) return fault;
        }
        if (held == null) held = new Payload(memory);
        int before = held.size();
        int key = Masking.from(header.key(), taken);
        taken += count;
        boolean whole = taken == header.length();
        FrameFault fault = message.isCompressed() ? inflate(bytes, from, count, key, whole) : copy(bytes, from, count, key);
        if (fault == null) fault = message.add(held.bytes(), before, held.size());
        if (fault == null && whole && header.isFinal()) fault = message.leave();
        if (fault != null || !whole) return fault;
        inFrame = false;
        complete = held.size();
        if (header.isFinal()) {
            finish(null, 0, 0, sink);
            return null;
        }
        arrived += header.size() + header.length();
        return giveOnSingly(bytes, sink);
    }

    private FrameFault copy(byte[] bytes, int from, int count, int key) {
        int rest = header.isFinal() || !wantsWhole ? header.length() - taken + count : message.room();
        if (!held.reserve(count, (long) held.size() + rest)) return FrameFault.NO_MEMORY;
        Masking.unmask(bytes, from, held.bytes(), held.size(), count, key);
        held.wrote(count);
        return null;
    }

    private FrameFault inflate(byte[] bytes, int from, int count, int key, boolean whole) {
        Masking.unmask(bytes, from, bytes, from, count, key);
        int before = held.size();
        FrameFault fault = inflating.inflate(ByteBuffer.wrap(bytes, from, count), held, message.room());
        if (fault != null || !whole || !header.isFinal()) return fault;
        return inflating.end(held, message.room() - (held.size() - before));
    }

    /** A control frame, whole. Fragments before it go before it. */
    private void controlFrame(byte[] payload, int from, int to, byte[] bytes, FrameSink sink) {
        FrameFault fault = header.opcode() == Opcode.CLOSE ? CloseFrame.check(payload, from, to) : null;
        if (fault == null && message.isUnfinished() && !wantsWhole) fault = giveOn(bytes, sink);
        if (fault != null) fail(fault, bytes, sink);
        if (ended) return;
        ended = closeCame = header.opcode() == Opcode.CLOSE;
        sink.frame(header.plainFirst(), payload, from, to);
    }

    // ---- messages

    /** The message is whole: what waits of it is its end, or all of it. */
    private void finish(byte[] bytes, int from, int to, FrameSink sink) {
        int first = Opcode.FIN | (begun ? Opcode.CONTINUATION : message.opcode());
        Payload done = held;
        held = null;
        complete = plainFrom = plainTo = 0;
        begun = false;
        arrived = 0;
        another = true;
        if (done == null) {
            sink.frame(first, bytes, from, to);
            return;
        }
        try {
            sink.frame(first, done.bytes(), 0, done.size());
        } finally {
            done.release();
        }
    }

    /** A fragment is whole: a sink that does not want the message whole gets it as the client has cut it. */
    private FrameFault giveOnSingly(byte[] bytes, FrameSink sink) {
        return !wantsWhole && single++ < SINGLE ? giveOn(bytes, sink) : null;
    }

    /** Gives on what waits of the message's whole frames, unless it is wanted whole. What is wrong with the number of fragments, or null. */
    private FrameFault giveOn(byte[] bytes, FrameSink sink) {
        boolean plain = plainFrom != plainTo;
        int from = plain ? plainFrom : 0;
        int count = plain ? plainTo - plainFrom : complete;
        plainFrom = plainTo = 0;
        if (wantsWhole || count == 0) return null;
        int first = begun ? Opcode.CONTINUATION : message.opcode();
        begun = true;
        FrameFault fault = message.gaveOn(count);
        sink.frame(first, plain ? bytes : held.bytes(), from, from + count);
        if (!plain && held != null) {
            complete = 0;
            held.drop(count);
            if (held.size() == 0 && !inFrame) {
                held.release();
                held = null;
            }
        }
        return fault;
    }

    /** Keeps what waits in the array that is being read. */
    private FrameFault hold(byte[] bytes) {
        int count = plainTo - plainFrom;
        if (held == null) held = new Payload(memory);
        if (!held.reserve(count, (long) held.size() + count + message.room())) return FrameFault.NO_MEMORY;
        System.arraycopy(bytes, plainFrom, held.bytes(), held.size(), count);
        held.wrote(count);
        complete = held.size();
        plainFrom = plainTo = 0;
        return null;
    }

    /** Nothing that has arrived is kept longer than it must. */
    private void endOfRead(byte[] bytes, FrameSink sink) {
        if (plainFrom != plainTo || held != null) {
            FrameFault fault = plainFrom != plainTo && wantsWhole ? hold(bytes) : giveOn(bytes, sink);
            if (fault == null && !ended && held != null && !held.keep()) fault = FrameFault.NO_MEMORY;
            if (fault != null) fail(fault, bytes, sink);
        }
        if (control != null && !control.keep()) fail(FrameFault.NO_MEMORY, bytes, sink);
        long bytesNow = unfinished();
        boolean other = another && told > 0 && bytesNow > 0;
        another = false;
        if (ended || bytesNow == told && !other) return;
        if (other) sink.unfinished(0);
        told = bytesNow;
        sink.unfinished(bytesNow);
    }

    /** Control frames amid a message do not count: they do not make it grow. */
    private long unfinished() {
        boolean data = split != null ? !Opcode.isControl(split[0]) : inFrame && !header.isControl();
        if (!data && message.isUnfinished()) return arrived;
        return arrived + (split != null ? joined : inFrame ? header.size() + taken : 0);
    }
}
