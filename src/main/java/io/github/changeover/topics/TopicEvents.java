package io.github.changeover.topics;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Passes events to the listeners, one after another. Thread-safe. */
final class TopicEvents {
    private static final System.Logger LOG = System.getLogger(TopicEvents.class.getName());
    private static final int MOST_WAITING = 10_000;
    private static final int AT_ONCE = 100;         // events before the thread is given back

    private final List<TopicListener> listeners = new CopyOnWriteArrayList<>();
    private final Queue<Supplier<TopicEvent>> waiting = new ArrayDeque<>();     // this field and the next three are guarded by waiting
    private Executor threads;       // null before the application has started
    private boolean running;
    private long discarded;

    void add(TopicListener listener) {
        listeners.add(listener);
    }

    /** Sets the threads that call listeners; null after the application has stopped. */
    void runOn(Executor executor) {
        synchronized (waiting) {
            threads = executor;
        }
        run();
    }

    void put(TopicEvent event) {
        if (!listeners.isEmpty()) put(() -> event);
    }

    /**
     * @param event called on the thread of the listeners; it may return null if no listener must be called
     * @return whether it will be called
     */
    boolean put(Supplier<TopicEvent> event) {
        synchronized (waiting) {
            if (waiting.size() >= MOST_WAITING) {
                if (discarded++ == 0) LOG.log(System.Logger.Level.WARNING, "More than {0} events of topics wait for their listeners: later ones are discarded. This is logged once", MOST_WAITING);
                return false;
            }
            waiting.add(event);
        }
        run();
        return true;
    }

    long discarded() {
        synchronized (waiting) {
            return discarded;
        }
    }

    private void run() {
        Executor on;
        synchronized (waiting) {
            if (running || waiting.isEmpty() || threads == null) return;
            running = true;
            on = threads;
        }
        try {
            on.execute(this::notifyListeners);
        } catch (RuntimeException | Error noThread) {       // limit of the system, or the factory of the container is stopped
            synchronized (waiting) {
                running = false;        // the next event tries again
            }
            LOG.log(System.Logger.Level.DEBUG, "No thread is available for the listeners of topics; events wait until the next one", noThread);
        }
    }

    private void notifyListeners() {
        for (int i = 0; i < AT_ONCE; i++) {
            Supplier<TopicEvent> next;
            synchronized (waiting) {
                next = waiting.poll();
            }
            if (next == null) break;
            notify(next);
        }
        synchronized (waiting) {
            running = false;
        }
        run();
    }

    private void notify(Supplier<TopicEvent> next) {
        try {
            TopicEvent event = next.get();
            if (event != null) listeners.forEach(listener -> call(listener, event));
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.WARNING, "An event of a topic was lost", failure);
        }
    }

    private static void call(TopicListener listener, TopicEvent event) {
        try {
            listener.event(event);
        } catch (Throwable failure) {       // any, also a checked exception of Kotlin: otherwise no event would ever be passed again
            LOG.log(System.Logger.Level.WARNING, "The listener " + listener.getClass().getName() + " failed for " + event, failure);
        }
    }
}
