package io.github.changeover.connection;

import static io.github.changeover.connection.Turns.DRAIN;
import static io.github.changeover.connection.Turns.END;
import static io.github.changeover.connection.Turns.READABLE;
import static io.github.changeover.connection.Turns.SETTLE;
import static io.github.changeover.connection.Turns.WRITABLE;

import io.github.changeover.connection.OutputQueue.Accepted;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A switched connection between an edge and a handler. Everything that touches the handler happens in {@link Turns};
 * sending, and the two hard ends ({@link #evict} and a broken transport), may come from any thread.
 */
public final class LiveConnection implements SwitchedConnection {
    private final String id;
    private final UpgradeRequest request;
    private final ProtocolToken protocol;
    private final Application application;
    private final BlockingStreams streams;      // null unless the handler blocks
    private final ConnectionHandler.Events handler;
    private final OutputQueue queue;
    private final Timekeeper time;
    private final Ending ending = new Ending();
    private final Turns turns;
    private final Life life;
    private final Vigil vigil;

    /** @param place what to do when the connection has ended, on every path, once: it gives back what was reserved for it */
    public LiveConnection(Application application, UpgradeRequest request, ProtocolToken protocol, EarlyData earlyData, ConnectionHandler handler, Runnable place) {
        this.id = application.register().nextId();
        this.application = application;
        this.request = request;
        this.life = new Life(this, application, place);
        this.protocol = protocol;
        this.queue = new OutputQueue(application.chunks(), application.limits().queue());
        this.time = new Timekeeper(application.limits());
        this.streams = handler instanceof ConnectionHandler.Blocking blocking ? new BlockingStreams(this, blocking, application.threads()) : null;
        this.handler = streams != null ? streams : (ConnectionHandler.Events) handler;
        this.turns = new Turns(this, application, this.handler, earlyData, queue, ending, time, life);
        this.vigil = new Vigil(this, this.handler, application.limits(), time, queue, ending, turns);
        application.register().expect(this);
    }

    // ---- what the edge tells

    /** The switch is done: opens the connection and delivers what is there. */
    public void open(Transport edge) {
        queue.attach(edge);
        turns.open(edge);
    }

    /** Octets, or the end, can be read. */
    public void readable() {
        turns.signal(READABLE);
    }

    /** More can be written. */
    public void writable() {
        turns.signal(WRITABLE);
    }

    /** The connection broke. */
    public void broke(Throwable failure) {
        lose(CloseCause.of(CloseCause.Kind.BROKEN, failure));
    }

    /** The container has let the connection go. */
    public void released() {
        lose(CloseCause.of(CloseCause.Kind.BROKEN, "the container ended the connection"));
    }

    void lose(CloseCause cause) {
        ending.lose(cause);
        turns.signal(END);
    }

    // ---- what the watch and the register tell

    Vigil vigil() {
        return vigil;
    }

    /** Lets the handler say goodbye, once; later calls do nothing. From any thread. */
    public void drain() {
        turns.signal(DRAIN);
    }

    /** Ends the connection at once, with this cause unless there is one already. From any thread. */
    public void evict(CloseCause cause) {
        ending.decide(cause);
        turns.abort();
    }

    // ---- what the handler says

    @Override
    public boolean send(ByteBuffer octets, Completion sent) {
        boolean held = turns.mine();
        Accepted accepted;
        try {
            accepted = ending.decided() == null ? queue.send(octets, sent, held) : Accepted.NOT;
        } catch (IllegalStateException unheeded) {
            evict(CloseCause.of(CloseCause.Kind.OVERFLOW, unheeded));
            throw unheeded;
        }
        if (accepted == Accepted.NOT) {
            octets.position(octets.limit());
            if (sent != null) turns.add(new Tasks.Told(sent, new IOException("The connection takes no more octets")));
        } else if (accepted == Accepted.BROKEN) {
            broke(queue.failure());
        } else if (!held) {
            if (sent != null) turns.signal(SETTLE);
            else turns.proceed();
        }
        if (accepted == Accepted.FULL) life.full();
        return accepted == Accepted.MORE;
    }

    @Override
    public <T> T together(Supplier<T> sends) {
        try {
            return queue.together(sends);
        } finally {
            turns.proceed();
        }
    }

    @Override
    public boolean awaitRoom(long octets, Duration atMost) throws InterruptedException {
        return new Patience(queue, turns, this).awaitRoom(octets, atMost);
    }

    @Override
    public void pause() {
        turns.pause(true);
    }

    @Override
    public void resume() {
        turns.pause(false);
        turns.signal(READABLE);
    }

    @Override
    public void execute(Runnable task) {
        turns.add(task);
    }

    @Override
    public void endOutput() {
        queue.refuse();
        turns.endOutput();
    }

    @Override
    public void close() {
        close(turns.inputEnded() ? CloseCause.of(CloseCause.Kind.PEER, "the peer ended its side")
                : CloseCause.of(CloseCause.Kind.HANDLER, "the handler closed"));
    }

    @Override
    public void conclude() {
        ending.conclude();
        close();
    }

    @Override
    public void close(CloseCause cause) {
        queue.refuse();     // first: who sees the close finds everything that will ever be in the queue
        if (ending.ask(cause)) turns.signal(SETTLE | READABLE);
    }

    @Override
    public void evict() {
        evict(CloseCause.of(CloseCause.Kind.EVICTED, "evicted"));
    }

    /** Whether octets are dropped from here on. */
    boolean sendsNoMore() {
        return queue.refuses() || ending.decided() != null;
    }

    @Override
    public InputStream input() {
        return BlockingStreams.of(streams).input();
    }

    @Override
    public OutputStream output() {
        return BlockingStreams.of(streams).output();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public UpgradeRequest request() {
        return request;
    }

    @Override
    public ProtocolToken protocol() {
        return protocol;
    }

    @Override
    public long queued() {
        return queue.queued();
    }

    /** When it opened; empty before. */
    public Optional<Instant> since() {
        return life.since();
    }

    /** Time without an octet in either direction, as the watch saw it: exact to about a second. */
    public Duration idle() {
        return time.idle(System.nanoTime());
    }

    public long octetsIn() {
        return turns.octetsIn();
    }

    public long octetsOut() {
        return queue.written();
    }

    @Override
    public String toString() {
        return "connection " + id + " (" + protocol + " on " + request.printablePath() + ", " + request.client() + ")";
    }
}
