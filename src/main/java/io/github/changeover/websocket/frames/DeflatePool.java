package io.github.changeover.websocket.frames;

import java.util.ArrayDeque;
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
    private final ArrayDeque<Deflater> deflaters = new ArrayDeque<>();
    private int lentInflaters;
    private int lentDeflaters;
    private boolean closed;

    synchronized Inflater takeInflater() {
        lentInflaters++;
        Inflater kept = inflaters.pollLast();
        return kept != null ? kept : new Inflater(true);
    }

    synchronized Deflater takeDeflater() {
        lentDeflaters++;
        Deflater kept = deflaters.pollLast();
        return kept != null ? kept : new Deflater(Deflater.DEFAULT_COMPRESSION, true);
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

    synchronized void give(Deflater deflater) {
        lentDeflaters--;
        if (closed || deflaters.size() == KEPT) {
            deflater.end();
        } else {
            deflater.reset();
            deflater.setInput(NOTHING);
            deflaters.addLast(deflater);
        }
    }

    synchronized int lentInflaters() {
        return lentInflaters;
    }

    synchronized int lentDeflaters() {
        return lentDeflaters;
    }

    synchronized int kept() {
        return inflaters.size() + deflaters.size();
    }

    /** Ends all that is kept; what connections still have ends when they give it back. */
    @Override
    public synchronized void close() {
        closed = true;
        inflaters.forEach(Inflater::end);
        deflaters.forEach(Deflater::end);
        inflaters.clear();
        deflaters.clear();
    }
}
