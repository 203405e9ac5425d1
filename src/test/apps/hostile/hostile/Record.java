package hostile;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Records the callbacks of one connection's handler. The record is outside the application, because the end of the application is checked, too. */
final class Record {
    private final Map<String, String> faults;
    private final String name;
    private final AtomicInteger inside = new AtomicInteger(), closed = new AtomicInteger();

    /** A callback that is running. */
    interface Callback extends AutoCloseable {
        @Override
        void close();
    }

    private Record(String name, Map<String, String> faults) {
        this.name = name;
        this.faults = faults;
        faults.put(name, "not closed");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> all() {
        return (Map<String, String>) System.getProperties().computeIfAbsent("hostile.faults", absent -> new ConcurrentHashMap<String, String>());
    }

    /** The record of the connection with this name. */
    static Record of(String name) {
        return new Record(name, all());
    }

    /** The faults by connection: handlers that were not closed exactly once, were called after that, or were called concurrently. */
    static Map<String, String> faults() {
        return all();
    }

    void fault(String what) {
        faults.put(name, what);
    }

    Callback enter(String callback) {
        if (inside.incrementAndGet() != 1) faults.put(name, callback + " beside another callback");
        if (callback.equals("closed")) {
            if (closed.incrementAndGet() == 1) faults.remove(name, "not closed");
            else faults.put(name, "closed twice");
        } else if (closed.get() > 0) {
            faults.put(name, callback + " after closed");
        }
        return inside::decrementAndGet;
    }
}
