package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import jakarta.websocket.Session;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one session of Tyrus' schedules. A session begins its idle task anew for each message, with the time that the program has set; here that only
 * sets the idle time of the connection, whose bytes the monitor sees. Heartbeats are scheduled.
 *
 * <pre>
 * setMaxIdleTimeout(60_000)     Tyrus: cancel(false), schedule(task, 60_000 ms)     idle time 60 s
 * setMaxIdleTimeout(0), (-1)    Tyrus: cancel(true), perhaps schedule(task, 0 ms)    never idle
 * </pre>
 */
final class SessionSchedule extends SharedExecutor implements ScheduledExecutorService {
    private static final ThreadLocal<SessionSchedule> OPENING = new ThreadLocal<>();
    private final AdvancedConnection connection;
    private final IdleTask idle = new IdleTask();
    private Supplier<ScheduledExecutorService> others;      // null until the session has this
    private boolean began;                                  // the session has its first idle time
    private volatile long millis = -1;                      // the idle time as the session has it
    private volatile boolean sought;
    private final Consumer<Session> found;
    private volatile Session session;                       // null until it is known

    /** @param found gets the session as soon as it is known, which is inside its constructor: before the endpoint is told */
    SessionSchedule(AdvancedConnection connection, Consumer<Session> found) {
        this.connection = connection;
        this.found = found;
    }

    /** Opens a session on this thread, which gets this schedule. */
    void opening(Runnable open) {
        OPENING.set(this);
        try {
            open.run();
        } finally {
            OPENING.remove();
        }
    }

    /**
     * The schedule of the session that is being made on this thread; null when there is none, or it has its schedule.
     *
     * @param others where heartbeats are scheduled
     */
    static SessionSchedule take(Supplier<ScheduledExecutorService> others) {
        SessionSchedule schedule = OPENING.get();
        if (schedule == null || schedule.others != null) return null;
        schedule.others = others;
        return schedule;
    }

    /**
     * The first idle time of the session that is being made on this thread, in milliseconds; null when there is none, or it has its own.
     *
     * @param program what the program has set for new sessions, or null
     */
    static Long firstIdleTime(Long program) {
        SessionSchedule schedule = OPENING.get();
        if (schedule == null || schedule.others == null || schedule.began) return null;
        schedule.began = true;
        return program == null ? schedule.connection.idleTime().toMillis() : Math.max(0, program);      // for less, Tyrus would not schedule its task
    }

    /** The session, as soon as Tyrus has scheduled something for it; or null. */
    Session session() {
        return session;
    }

    private void idleTime(long time) {
        if (millis == time) return;
        millis = time;
        connection.idleTime(Duration.ofMillis(Math.max(0, time)));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        if (!sought) {
            sought = true;
            session = sessionOf(task);
            if (session != null) found.accept(session);
        }
        idleTime(unit.toMillis(delay));
        return idle;
    }

    /** The task is an inner class of the session's: Tyrus has no other way to a session that its parts do not lead to. */
    private static Session sessionOf(Runnable task) {
        for (Field field : task.getClass().getDeclaredFields()) {
            if (!Session.class.isAssignableFrom(field.getType())) continue;
            try {
                field.setAccessible(true);
                return (Session) field.get(task);
            } catch (ReflectiveOperationException | RuntimeException hidden) {
                return null;
            }
        }
        return null;
    }

    /** Stands for the idle task, which never runs. */
    private final class IdleTask implements ScheduledFuture<Object> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (mayInterruptIfRunning) idleTime(0);     // without, Tyrus schedules it anew
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(millis, TimeUnit.MILLISECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean isDone() {
            return false;
        }

        @Override
        public Object get() {
            throw new UnsupportedOperationException("The idle task of a session never runs");
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            return get();
        }
    }

    // ---- the rest is the container's

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return others.get().schedule(task, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return others.get().scheduleAtFixedRate(task, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return others.get().scheduleWithFixedDelay(task, initialDelay, delay, unit);
    }

    @Override
    public void execute(Runnable task) {
        others.get().execute(task);
    }
}
