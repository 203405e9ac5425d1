package io.github.changeover.websocket.frames;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The compressors and decompressors of an application's connections: taken when a message needs one, given back when nothing
 * of it needs to be remembered. They hold memory of the system's, some 40 KB and 260 KB each, so few are kept. Any thread may
 * call.
 */
public final class DeflatePool implements AutoCloseable {
    private static final int KEPT = 16;
    private static final byte[] NOTHING = new byte[0];
    private final ArrayDeque<Inflater> inflaters = new ArrayDeque<>();
    /** By level: a deflater whose level is changed spends its next call on that alone, and gives half a message. */
    private final Map<Integer, ArrayDeque<Deflater>> deflaters = new HashMap<>();
    private int keptDeflaters;
    private int lentInflaters;
    private int lentDeflaters;
    private boolean closed;

    synchronized Inflater takeInflater() {
        lentInflaters++;
        Inflater kept = inflaters.pollLast();
        return kept != null ? kept : new Inflater(true);
    }

    synchronized Deflater takeDeflater(int level) {
        lentDeflaters++;
        ArrayDeque<Deflater> ofLevel = deflaters.get(level);
        if (ofLevel == null || ofLevel.isEmpty()) return new Deflater(level, true);
        keptDeflaters--;
        return ofLevel.pollLast();
    }

    synchronized void give(Inflater inflater) {
        lentInflaters--;
        if (closed || inflaters.size() == KEPT) {
            inflater.end();
        } else {
            inflater.reset();
            inflaters.addLast(inflater);
        }
    }

    synchronized void give(Deflater deflater, int level) {
        lentDeflaters--;
        if (closed || keptDeflaters == KEPT) {
            deflater.end();
        } else {
            deflater.reset();
            deflater.setInput(NOTHING);
            deflaters.computeIfAbsent(level, none -> new ArrayDeque<>()).addLast(deflater);
            keptDeflaters++;
        }
    }

    synchronized int lentInflaters() {
        return lentInflaters;
    }

    synchronized int lentDeflaters() {
        return lentDeflaters;
    }

    synchronized int kept() {
        return inflaters.size() + keptDeflaters;
    }

    /** Ends all that is kept; what connections still have ends when they give it back. */
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
