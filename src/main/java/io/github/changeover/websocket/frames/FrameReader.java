package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a client's frames: RFC 6455 sections 5 to 8, RFC 7692 sections 6 and 7.2.2. Octets go in as they come, split anywhere;
 * out come whole frames without mask and compression, and the first thing that is wrong.
 *
 * <pre>
 * in    81 85 37 fa 21 3d 7f 9f 4d 51 58     out   81 05 48 65 6c 6c 6f      "Hello", masked
 * in    81 05 48                             out   failed(UNMASKED)          with the second octet
 * </pre>
 *
 * <p>Whole frames stay where they are and lose their mask there; only a frame that is not whole yet, or compressed, gets an
 * array, until it is given on. What is wrong is noticed with the first octet that shows it. After a Close frame, or what is
 * wrong, all octets are ignored. One thread at a time may call.
 */
public final class FrameReader implements AutoCloseable {
    private static final int KEY = 4;

    private final Message message;
    private final FrameHeader header;
    private final Optional<Inflating> inflating;
    private byte[] split;           // a header that is not whole, or null
    private int joined;             // octets of it that have come
    private Payload payload;        // of the frame that is not whole, or null
    private int taken;              // octets of it that have come
    private boolean ended;
    private boolean closeCame;
    private boolean withoutCode;

    /**
     * @param deflate what was agreed on
     * @param pool    of the application
     */
    public FrameReader(FrameLimits limits, Optional<DeflateAgreement> deflate, DeflatePool pool) {
        message = new Message(limits.message(), deflate.isPresent());
        header = new FrameHeader(limits, message);
        inflating = deflate.map(agreed -> new Inflating(pool, !agreed.clientNoContextTakeover()));
    }

    /**
     * Reads what has come.
     *
     * @param octets emptied, and the caller's again when this returns. With an array it is written to and no octet copied
     *               that need not wait; without, all are copied once
     * @param sink   may close this reader; what it throws is thrown on, and the octets behind that are lost
     */
    public void read(ByteBuffer octets, FrameSink sink) {
        int count = octets.remaining();
        if (octets.hasArray()) {
            int from = octets.arrayOffset() + octets.position();
            octets.position(octets.limit());
            read(octets.array(), from, from + count, sink);
        } else {
            byte[] copy = Copies.take(octets);
            try {
                read(copy, 0, count, sink);
            } finally {
                Copies.give(copy);
            }
        }
        if (ended) close();
    }

    private void read(byte[] octets, int from, int to, FrameSink sink) {
        int at = from;
        while (at < to && !ended) {
            if (payload != null) {
                at = goOn(octets, at, to, sink);
            } else if (split != null) {
                at = joinHeader(octets, at, to, sink);
            } else {
                at = run(octets, at, to, sink);
            }
        }
    }

    /** Whether a Close frame came, or something was wrong, or this was closed: what else comes is ignored. */
    public boolean ended() {
        return ended;
    }

    /** Whether a Close frame came: the peer has said its last word. */
    public boolean closeCame() {
        return closeCame;
    }

    /** Whether the last frame was a Close frame without a code, which stands for 1005 and never on the wire: RFC 6455 section 7.1.5. */
    public boolean closedWithoutCode() {
        return withoutCode;
    }

    /** Gives back what is held. Nothing is read any more. */
    @Override
    public void close() {
        ended = true;
        split = null;
        payload = null;
        inflating.ifPresent(Inflating::close);
    }

    private void fail(FrameFault fault, FrameSink sink) {
        if (ended) return;      // the sink has closed this
        close();
        sink.failed(fault);
    }

    /**
     * Frames that are whole and not compressed. The first begins where its key ended, each behind the one before: the way is
     * always forward, so nothing is overwritten before it is read.
     */
    private int run(byte[] octets, int from, int to, FrameSink sink) {
        int start = from + KEY;
        int out = start;
        int in = from;
        FrameFault fault = null;
        while (in < to && fault == null && !ended) {
            FrameHeader.Progress progress = header.read(octets, in, to);
            if (progress == FrameHeader.Progress.FAULTY) {
                fault = header.fault();
                break;
            }
            if (progress == FrameHeader.Progress.PARTIAL) {
                split = Arrays.copyOfRange(octets, in, in + FrameHeader.LONGEST);
                joined = to - in;
                in = to;
                break;
            }
            in += header.size();
            enter();
            if (isCompressed() || header.length() > to - in) {
                payload = new Payload();
                break;
            }
            int body = PlainHeader.write(octets, out, header.plainFirst(), header.length());
            int end = body + header.length();
            Masking.unmask(octets, in, octets, body, header.length(), header.key());
            in += header.length();
            fault = check(octets, body, end);
            if (fault == null) fault = leave(octets, body, end);
            if (fault == null && !addsNothing(header.length())) out = end;
        }
        if (out > start) sink.frames(ByteBuffer.wrap(octets, start, out - start));
        if (fault != null) fail(fault, sink);
        // It may have no octets to wait for.
        return payload != null ? goOn(octets, in, to, sink) : in;
    }

    /** The rest of a header, octet by octet: each may show what is wrong. */
    private int joinHeader(byte[] octets, int from, int to, FrameSink sink) {
        split[joined++] = octets[from];
        FrameHeader.Progress progress = header.read(split, 0, joined);
        if (progress == FrameHeader.Progress.PARTIAL) return from + 1;
        split = null;
        if (progress == FrameHeader.Progress.FAULTY) {
            fail(header.fault(), sink);
            return to;
        }
        enter();
        payload = new Payload();
        return goOn(octets, from + 1, to, sink);
    }

    /** More of a frame that has an array of its own. */
    private int goOn(byte[] octets, int from, int to, FrameSink sink) {
        int count = Math.min(to - from, header.length() - taken);
        int key = Masking.from(header.key(), taken);
        int before = payload.end();
        taken += count;
        boolean whole = taken == header.length();
        FrameFault fault = isCompressed() ? inflate(octets, from, count, key, whole) : copy(octets, from, count, key);
        if (fault == null) fault = check(payload.octets(), before, payload.end());
        if (fault == null && whole) fault = leave(payload.octets(), Payload.START, payload.end());
        if (fault != null) {
            fail(fault, sink);
        } else if (whole) {
            Payload done = payload;
            payload = null;
            taken = 0;
            if (!addsNothing(done.size())) sink.frames(done.frame(header.plainFirst()));
        }
        return from + count;
    }

    private FrameFault copy(byte[] octets, int from, int count, int key) {
        payload.reserve(count, header.length());
        Masking.unmask(octets, from, payload.octets(), payload.end(), count, key);
        payload.wrote(count);
        return null;
    }

    private FrameFault inflate(byte[] octets, int from, int count, int key, boolean whole) {
        Masking.unmask(octets, from, octets, from, count, key);
        int before = payload.size();
        FrameFault fault = inflating.orElseThrow().inflate(ByteBuffer.wrap(octets, from, count), payload, message.room());
        if (fault != null || !whole || !header.isFinal()) return fault;
        return inflating.orElseThrow().end(payload, message.room() - (payload.size() - before));
    }

    /** An empty fragment amid a message goes no further: who gathers fragments would gather these without end, and within every bound. */
    private boolean addsNothing(int size) {
        return size == 0 && header.opcode() == Opcode.CONTINUATION && !header.isFinal();
    }

    private boolean isCompressed() {
        return !header.isControl() && message.isCompressed();
    }

    private void enter() {
        if (!header.isControl()) message.enter(header.first());
    }

    /** Looks at octets of a payload that came. */
    private FrameFault check(byte[] octets, int from, int to) {
        return header.isControl() ? null : message.add(octets, from, to);
    }

    /** Looks at a frame's end. */
    private FrameFault leave(byte[] octets, int from, int to) {
        if (!header.isControl()) return message.leave(header.isFinal());
        if (header.opcode() != Opcode.CLOSE) return null;
        FrameFault fault = CloseFrame.check(octets, from, to);
        ended = closeCame = fault == null;
        withoutCode = from == to;
        return fault;
    }
}
