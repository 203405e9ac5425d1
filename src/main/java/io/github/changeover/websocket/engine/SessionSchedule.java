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
 * The scheduler that Tyrus uses for one session. For each message, a Tyrus session reschedules its idle task with the timeout that the application has
 * set. Here, rescheduling only sets the idle timeout of the connection. The connection monitor detects an idle connection itself, because it observes all
 * bytes. Heartbeats are scheduled as usual.
 *
 * <pre>
 * setMaxIdleTimeout(60_000)     Tyrus: cancel(false), schedule(task, 60_000 ms)     idle timeout 60 s
 * setMaxIdleTimeout(0), (-1)    Tyrus: cancel(true), perhaps schedule(task, 0 ms)    no idle timeout
 * </pre>
 */
final class SessionSchedule extends UnownedExecutorService implements ScheduledExecutorService {
    private static final ThreadLocal<SessionSchedule> OPENING = new ThreadLocal<>();
    private static volatile Field sessionField;     // of the last task's class; null before the first task
    private final AdvancedConnection connection;
    private final IdleTask idle = new IdleTask();
    private Supplier<ScheduledExecutorService> heartbeatScheduler;      // null until the session uses this scheduler
    private boolean hasIdleTimeout;                                  // the session has its first idle timeout
    private volatile long millis = -1;                      // the idle timeout that the session has set
    private volatile boolean lookedUp;
    private Consumer<Session> sessionListener;              // null after it was called, or the session was not found
    private volatile Session session;                       // null until it is known

    /** @param sessionListener receives the session as soon as it is known. This is inside its constructor, before the endpoint is notified */
    SessionSchedule(AdvancedConnection connection, Consumer<Session> sessionListener) {
        this.connection = connection;
        this.sessionListener = sessionListener;
    }

    /** Opens a session on the current thread. The session uses this scheduler. */
    void opening(Runnable open) {
        OPENING.set(this);
        try {
            open.run();
        } finally {
            OPENING.remove();
        }
    }

    /**
     * Returns the scheduler for the session that is being created on the current thread; null if there is none, or if the session already has its
     * scheduler.
     *
     * @param others schedules heartbeats
     */
    static SessionSchedule claim(Supplier<ScheduledExecutorService> others) {
        SessionSchedule schedule = OPENING.get();
        if (schedule == null || schedule.heartbeatScheduler != null) return null;
        schedule.heartbeatScheduler = others;
        return schedule;
    }

    /**
     * Returns the first idle timeout, in milliseconds, of the session that is being created on the current thread; null if there is none, or if the
     * session already has its timeout.
     *
     * @param applicationTimeout the timeout that the application has set for new sessions, or null
     */
    static Long firstIdleTime(Long applicationTimeout) {
        SessionSchedule schedule = OPENING.get();
        if (schedule == null || schedule.heartbeatScheduler == null || schedule.hasIdleTimeout) return null;
        schedule.hasIdleTimeout = true;
        return applicationTimeout == null ? schedule.connection.idleTime().toMillis() : Math.max(0, applicationTimeout);      // for a negative value, Tyrus would not schedule its task
    }

    /** Returns the session, once Tyrus has scheduled a task for it; null before. */
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
        if (!lookedUp) {
            lookedUp = true;
            session = sessionOf(task);
            if (session != null) sessionListener.accept(session);
            sessionListener = null;
        }
        idleTime(unit.toMillis(delay));
        return idle;
    }

    /** Reads the session from the task, which is an inner class of the session. Tyrus has no other way to get the session at this time. */
    private static Session sessionOf(Runnable task) {
        try {
            Field known = sessionField;
            if (known != null && known.getDeclaringClass() == task.getClass()) return (Session) known.get(task);
            for (Field field : task.getClass().getDeclaredFields()) {
                if (!Session.class.isAssignableFrom(field.getType())) continue;
                field.setAccessible(true);
                sessionField = field;
                return (Session) field.get(task);
            }
            return null;
        } catch (ReflectiveOperationException | RuntimeException hidden) {
            return null;
        }
    }

    /** Represents the idle task, which never runs. */
    private final class IdleTask implements ScheduledFuture<Object> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (mayInterruptIfRunning) idleTime(0);     // after cancel(false), Tyrus schedules it again
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

    // ---- all other calls go to the scheduler for heartbeats

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return heartbeatScheduler.get().schedule(task, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return heartbeatScheduler.get().scheduleAtFixedRate(task, initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return heartbeatScheduler.get().scheduleWithFixedDelay(task, initialDelay, delay, unit);
    }

    @Override
    public void execute(Runnable task) {
        heartbeatScheduler.get().execute(task);
    }
}
