package io.github.changeover.connection;

import io.github.changeover.connection.OutputQueue.Progress;
import io.github.changeover.connection.Tasks.Told;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.SwitchedConnection.Completion;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The turns of one connection: everything its handler is told, from opened to closed, and what is read and flushed meanwhile. */
final class Turns {
    static final int OPEN = 1, READABLE = 2, WRITABLE = 4, TASKS = 8, DRAIN = 16, END = 32, SETTLE = 64;

    private final LiveConnection connection;
    private final Application application;
    private final ConnectionHandler.Events handler;
    private final EarlyData earlyData;
    private final OutputQueue queue;
    private final Ending ending;
    private final Timekeeper time;
    private final Life life;
    private final Serial serial = new Serial(this::turn);
    private final Tasks tasks = new Tasks();
    private volatile Transport transport;
    private volatile boolean paused, endOutputAsked, inputEnded, finished;
    private volatile long octetsIn;
    private Arrivals arrivals;                    // from here on touched in turns only
    private boolean opened, drained, finSent;

    Turns(LiveConnection connection, Application application, ConnectionHandler.Events handler, EarlyData earlyData,
          OutputQueue queue, Ending ending, Timekeeper time, Life life) {
        this.connection = connection;
        this.application = application;
        this.handler = handler;
        this.earlyData = earlyData;
        this.queue = queue;
        this.ending = ending;
        this.time = time;
        this.life = life;
    }

    // ---- from any thread

    void open(Transport edge) {
        transport = edge;
        signal(OPEN | READABLE);
    }

    void signal(int bits) {
        // Some containers call back inside a write or isReady: the writer takes the turn once it is out of there.
        if (queue.heldByCaller()) {
            serial.mark(bits);
        } else {
            serial.signal(bits);
        }
    }

    /** Takes up what a container signalled while the caller was writing. */
    void proceed() {
        if (!queue.heldByCaller()) serial.proceed();
    }

    boolean mine() {
        return serial.mine();
    }

    void pause(boolean now) {
        paused = now;
    }

    void add(Runnable task) {
        tasks.add(task);
        signal(TASKS);
    }

    void endOutput() {
        endOutputAsked = true;
        signal(SETTLE);
    }

    /** Ends the socket at once, even while a callback runs. */
    void abort() {
        Transport edge = transport;
        if (edge != null && !finished) edge.abort();
        signal(END);
    }

    boolean inputEnded() {
        return inputEnded;
    }

    long octetsIn() {
        return octetsIn;
    }

    // ---- in turns

    private void turn(int signals) {
        ClassLoader before = application.enter();
        try {
            if (finished) {
                if ((signals & OPEN) != 0) transport.abort();       // the container opens what has ended
                tasks.drop();
                return;
            }
            if (ending.decided() == null) attempt(signals);
            if (ending.decided() != null) finish(ending.decided());
        } finally {
            application.leave(before);
        }
    }

    private void attempt(int signals) {
        try {
            work(signals);
        } catch (IOException failure) {
            ending.lose(CloseCause.of(CloseCause.Kind.BROKEN, failure));
        } catch (RuntimeException | Error failure) {
            if (ending.fail(failure, connection)) serial.mark(signals & ~OPEN | TASKS | SETTLE);
        }
    }

    private void work(int signals) throws IOException {
        if ((signals & OPEN) != 0) begin();
        if (!opened) return;            // what came early is looked for when opening
        if ((signals & TASKS) != 0) runTasks();
        if ((signals & WRITABLE) != 0) queue.flush(true);
        if ((signals & DRAIN) != 0) drain();
        if ((signals & READABLE) != 0) read();
        settle();
    }

    private void begin() {
        opened = true;
        life.begin();
        arrivals = new Arrivals(transport);
        int most = earlyData == EarlyData.REFUSE ? 0 : application.limits().earlyData();
        if (most < Limits.ANY && arrivals.exceedEarly(most)) ending.decide(CloseCause.of(CloseCause.Kind.EARLY_DATA, "more than " + most + " octets came before the 101"));
        if (ending.decided() == null) handler.opened(connection);
    }

    private void runTasks() {
        while (ending.decided() == null) {
            Runnable task = tasks.poll();
            if (task == null) return;
            task.run();
            if (othersWait(TASKS)) return;
        }
    }

    private void drain() {
        if (drained || ending.asked() != null || ending.decided() != null) return;
        drained = true;
        handler.drain(connection, application.limits().drain());
    }

    private void read() throws IOException {
        if (!reading()) {
            arrivals.unheard();
            return;
        }
        Scratch scratch = transport.scratch();
        ByteBuffer octets = scratch.take();
        try {
            while (reading()) {
                int count = arrivals.read(octets.clear());
                if (count == 0) return;
                if (count < 0) {
                    inputEnded = true;
                    if (ending.asked() == null) handler.ended(connection);
                    return;
                }
                octetsIn += count;
                if (ending.asked() == null) handler.received(connection, octets.flip());
                queue.flush(false);
                tellRoom();
                if (othersWait(READABLE)) return;
            }
        } finally {
            scratch.give(octets);
        }
    }

    private boolean reading() {
        return !inputEnded && ending.decided() == null && !ending.concluded() && (!paused || ending.asked() != null);
    }

    /** Whether to leave the turn to other signals, and go on after them: a peer that never rests puts off nobody. */
    private boolean othersWait(int here) {
        if (!serial.waiting()) return false;
        serial.mark(here);
        return true;
    }

    /** After every turn: what waits goes out, what was promised is told, and an asked-for end comes. */
    private void settle() throws IOException {
        Progress progress;
        boolean told;
        do {
            if (ending.decided() != null) return;
            progress = queue.flush(false);
            told = tellSent() | tellRoom();
            if (told && othersWait(SETTLE)) return;
        } while (told);
        CloseCause close = ending.asked();
        if (progress == Progress.WAITING || close == null && !endOutputAsked) return;
        if (!ending.outputEnded()) {
            ending.endOutput();
            finSent = transport.endOutput();
        }
        if (close == null) return;
        // A close with octets unread would reset the connection, and the peer would lose what it has not read yet
        // (RFC 9112 section 9.6): so the peer's end is awaited, for the linger time.
        if (inputEnded || !finSent || application.limits().linger().isZero() || ending.concluded() && arrivals.silent()) {
            ending.decide(close);
        } else {
            time.lingering();
            if (ending.awaitPeer()) serial.mark(READABLE);
        }
    }

    private boolean tellSent() {
        boolean told = false;
        for (Completion sent = queue.completed(); sent != null; sent = queue.completed()) {
            told = true;
            sent.done(null);
        }
        return told;
    }

    private boolean tellRoom() {
        if (ending.asked() != null || ending.decided() != null || !queue.roomAgain()) return false;
        life.hasRoom();
        handler.writable(connection);
        return true;
    }

    private void finish(CloseCause cause) {
        finished = true;
        if (transport != null) ending.release(transport);
        for (Completion sent = queue.completed(); sent != null; sent = queue.completed()) Tasks.last(new Told(sent, null));
        for (Completion lost : queue.shut()) Tasks.last(new Told(lost, new IOException("The connection closed before these octets were sent: " + cause)));
        tasks.drop();
        Tasks.last(() -> handler.closed(connection, cause));
        life.end(cause);
    }
}
