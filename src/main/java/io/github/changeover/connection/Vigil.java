package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;

/** What the watch does with one connection when it finds that its time is up. */
final class Vigil {
    private final LiveConnection connection;
    private final ConnectionHandler.Events handler;
    private final Limits limits;
    private final Timekeeper time;
    private final OutputQueue queue;
    private final Ending ending;
    private final Turns turns;

    Vigil(LiveConnection connection, ConnectionHandler.Events handler, Limits limits, Timekeeper time, OutputQueue queue, Ending ending, Turns turns) {
        this.connection = connection;
        this.handler = handler;
        this.limits = limits;
        this.time = time;
        this.queue = queue;
        this.ending = ending;
        this.turns = turns;
    }

    void tick(long now) {
        switch (time.look(now, turns.octetsIn(), queue.written(), queue.queued(), ending.asked() != null)) {
            case FINE -> { }
            case IDLE -> turns.add(this::endIdle);
            case STALLED -> connection.evict(CloseCause.of(CloseCause.Kind.STALLED, "the peer took nothing while " + queue.queued() + " octets waited"));
            case LINGERED -> connection.lose(ending.asked());
            case AGED -> connection.drain();
            case OUTLIVED -> connection.close(CloseCause.of(CloseCause.Kind.LIFETIME, "open for " + limits.lifetime()));
        }
    }

    private void endIdle() {
        if (ending.asked() == null) handler.idle(connection);
        connection.close(CloseCause.of(CloseCause.Kind.IDLE, "no octet for " + limits.idle()));
    }

    /** Ends a connection that the container never opens, as when its peer has gone before the 101. */
    void tickUnopened(long now) {
        if (time.overdue(now)) connection.evict(CloseCause.of(CloseCause.Kind.BROKEN, "the container did not open the connection within " + Limits.OPENING));
    }
}
