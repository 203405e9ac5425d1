package io.github.changeover.websocket.frames;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A pool of the compressors and decompressors of an application's connections. A connection takes one when a message needs it and gives it back when no
 * window must be kept for the next message. A compressor holds about 260 KB of native memory and a decompressor about 40 KB, so the pool keeps few.
 * Thread-safe.
 */
public final class DeflaterPool implements AutoCloseable {
    private static final int KEPT = 16;
    private static final byte[] NOTHING = new byte[0];
    private final ArrayDeque<Inflater> inflaters = new ArrayDeque<>();
    /** By level. If the level of a deflater is changed, its next call only applies the new level and returns an incomplete message. */
    private final Map<Integer, ArrayDeque<Deflater>> deflaters = new HashMap<>();
    private int keptDeflaters;
    private int inflatersInUse;
    private int deflatersInUse;
    private boolean closed;

    synchronized Inflater takeInflater() {
        inflatersInUse++;
        Inflater kept = inflaters.pollLast();
        return kept != null ? kept : new Inflater(true);
    }

    synchronized Deflater takeDeflater(int level) {
        deflatersInUse++;
        ArrayDeque<Deflater> ofLevel = deflaters.get(level);
        if (ofLevel == null || ofLevel.isEmpty()) return new Deflater(level, true);
        keptDeflaters--;
        return ofLevel.pollLast();
    }

    synchronized void give(Inflater inflater) {
        inflatersInUse--;
        if (closed || inflaters.size() == KEPT) {
            inflater.end();
        } else {
            inflater.reset();
            inflaters.addLast(inflater);
        }
    }

    synchronized void give(Deflater deflater, int level) {
        deflatersInUse--;
        if (closed || keptDeflaters == KEPT) {
            deflater.end();
        } else {
            deflater.reset();
            deflater.setInput(NOTHING);
            deflaters.computeIfAbsent(level, none -> new ArrayDeque<>()).addLast(deflater);
            keptDeflaters++;
        }
    }

    synchronized int inflatersInUse() {
        return inflatersInUse;
    }

    synchronized int deflatersInUse() {
        return deflatersInUse;
    }

    synchronized int kept() {
        return inflaters.size() + keptDeflaters;
    }

    /** Ends all pooled objects. An object that a connection still uses is ended when the connection gives it back. */
    @Override
    public synchronized void close() {
        closed = true;
        inflaters.forEach(Inflater::end);
        deflaters.values().forEach(ofLevel -> ofLevel.forEach(Deflater::end));
        inflaters.clear();
        deflaters.clear();
        keptDeflaters = 0;
    }
}
