package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import java.nio.ByteBuffer;
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
    private ByteBuffer split;       // a header that is not whole, or null
    private Payload payload;        // of the frame that is not whole, or null
    private int taken;              // octets of it that have come
    private boolean ended;

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
     * @param octets emptied; it is written to, and the caller's again when this returns
     * @param sink   may close this reader
     */
    public void read(ByteBuffer octets, FrameSink sink) {
        while (!ended && octets.hasRemaining()) {
            if (payload != null) {
                goOn(octets, sink);
            } else if (split != null) {
                joinHeader(octets, sink);
            } else {
                run(octets, sink);
            }
        }
        octets.position(octets.limit());
        if (ended) close();
    }

    /** Whether a Close frame came, or something was wrong, or this was closed: what else comes is ignored. */
    public boolean ended() {
        return ended;
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
        close();
        sink.failed(fault);
    }

    /**
     * Frames that are whole and not compressed. The first begins where its key ended, each behind the one before: the way is
     * always forward, so nothing is overwritten before it is read.
     */
    private void run(ByteBuffer octets, FrameSink sink) {
        int start = octets.position() + KEY;
        int out = start;
        int in = octets.position();
        int limit = octets.limit();
        FrameFault fault = null;
        while (in < limit && fault == null && !ended) {
            FrameHeader.Progress progress = header.read(octets, in, limit);
            if (progress == FrameHeader.Progress.FAULTY) {
                fault = header.fault();
                break;
            }
            if (progress == FrameHeader.Progress.PARTIAL) {
                split = ByteBuffer.allocate(FrameHeader.LONGEST).put(0, octets, in, limit - in).position(limit - in);
                in = limit;
                break;
            }
            in += header.size();
            enter();
            if (isCompressed() || header.length() > limit - in) {
                payload = new Payload();
                taken = 0;
                break;
            }
            int body = PlainHeader.write(octets, out, header.plainFirst(), header.length());
            int end = body + header.length();
            Masking.unmask(octets, in, octets, body, header.length(), header.key());
            in += header.length();
            fault = check(octets, body, end);
            if (fault == null) fault = leave(octets, body, end);
            if (fault == null) out = end;
        }
        octets.position(in);
        if (out > start) sink.frames(octets.duplicate().position(start).limit(out));
        if (ended) return;      // by the sink, too
        if (fault != null) fail(fault, sink);
        else if (payload != null) goOn(octets, sink);       // it may have no octets to wait for
    }

    /** The rest of a header, octet by octet: each may show what is wrong. */
    private void joinHeader(ByteBuffer octets, FrameSink sink) {
        split.put(octets.get());
        FrameHeader.Progress progress = header.read(split, 0, split.position());
        if (progress == FrameHeader.Progress.PARTIAL) return;
        split = null;
        if (progress == FrameHeader.Progress.FAULTY) {
            fail(header.fault(), sink);
            return;
        }
        enter();
        payload = new Payload();
        taken = 0;
        goOn(octets, sink);
    }

    /** More of a frame that has an array of its own. */
    private void goOn(ByteBuffer octets, FrameSink sink) {
        int count = Math.min(octets.remaining(), header.length() - taken);
        int key = Masking.from(header.key(), taken);
        int before = payload.end();
        taken += count;
        boolean whole = taken == header.length();
        FrameFault fault = isCompressed() ? inflate(octets, count, key, whole) : copy(octets, count, key);
        if (fault == null) fault = check(payload.octets(), before, payload.end());
        if (fault == null && whole) fault = leave(payload.octets(), PlainHeader.LONGEST, payload.end());
        if (fault != null) {
            fail(fault, sink);
        } else if (whole) {
            ByteBuffer frame = payload.frame(header.plainFirst());
            payload = null;
            sink.frames(frame);
        }
    }

    private FrameFault copy(ByteBuffer octets, int count, int key) {
        payload.reserve(count, header.length());
        Masking.unmask(octets, octets.position(), payload.octets(), payload.end(), count, key);
        payload.wrote(count);
        octets.position(octets.position() + count);
        return null;
    }

    private FrameFault inflate(ByteBuffer octets, int count, int key, boolean whole) {
        int from = octets.position();
        Masking.unmask(octets, from, octets, from, count, key);
        octets.position(from + count);
        int before = payload.size();
        FrameFault fault = inflating.orElseThrow().inflate(octets.duplicate().position(from).limit(from + count), payload, message.room());
        if (fault != null || !whole || !header.isFinal()) return fault;
        return inflating.orElseThrow().end(payload, message.room() - (payload.size() - before));
    }

    private boolean isCompressed() {
        return !header.isControl() && message.isCompressed();
    }

    private void enter() {
        if (!header.isControl()) message.enter(header.first());
    }

    /** Looks at octets of a payload that came. */
    private FrameFault check(ByteBuffer octets, int from, int to) {
        return header.isControl() ? null : message.add(octets, from, to);
    }

    /** Looks at a frame's end. */
    private FrameFault leave(ByteBuffer octets, int from, int to) {
        if (!header.isControl()) return message.leave(header.isFinal());
        if (header.opcode() != Opcode.CLOSE) return null;
        FrameFault fault = CloseFrame.check(octets, from, to);
        ended = fault == null;
        return fault;
    }
}
