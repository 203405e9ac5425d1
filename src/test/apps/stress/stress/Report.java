package stress;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** What one connection's handler was called with, and what its senders were told. */
final class Report {
    static final int SENDERS = 4;
    private static final int FAULTS_KEPT = 10;
    final AtomicInteger opened = new AtomicInteger(), closed = new AtomicInteger(), working = new AtomicInteger();
    final AtomicLong received = new AtomicLong();
    /** Of each sender: frames whose send has returned; those that a completion has told to be sent; completions promised, and run. */
    final AtomicIntegerArray returned = new AtomicIntegerArray(SENDERS), told = new AtomicIntegerArray(SENDERS);
    final AtomicIntegerArray promised = new AtomicIntegerArray(SENDERS), completed = new AtomicIntegerArray(SENDERS);
    private final AtomicInteger inside = new AtomicInteger();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private volatile String accepted = "";
    private volatile String cause = "";

    void fault(String what) {
        if (faults.size() < FAULTS_KEPT) faults.add(what);
    }

    /** A callback of the handler. */
    void callback(String name, Runnable callback) {
        if (inside.incrementAndGet() != 1) fault(name + " beside another callback");
        if (closed.get() > 0) fault(name + " after closed");
        if (!name.equals("opened") && !name.equals("closed") && opened.get() == 0) fault(name + " before opened");
        try {
            callback.run();
        } catch (RuntimeException | Error failure) {
            fault(name + " threw " + failure);
            throw failure;
        } finally {
            inside.decrementAndGet();
        }
    }

    /** The connection is about to be told to end: what was accepted until now must arrive. The first call counts. */
    synchronized void noteAccepted() {
        if (accepted.isEmpty()) accepted = returned.toString().replaceAll("[\\[\\] ]", "");
    }

    void closed(String why) {
        cause = why;
        closed.incrementAndGet();
    }

    boolean isClosed() {
        return closed.get() > 0;
    }

    /** Whether it has ended, nothing is outstanding, and nothing was wrong. */
    boolean isFine() {
        return isClosed() && working.get() == 0 && faults.isEmpty() && closed.get() == 1 && promised.toString().equals(completed.toString());
    }

    /** One fact a line. */
    @Override
    public String toString() {
        return "opened=" + opened + "\nclosed=" + closed + "\ncause=" + cause + "\nreceived=" + received + "\naccepted=" + accepted
                + "\ntold=" + told.toString().replaceAll("[\\[\\] ]", "") + "\nworking=" + working + "\npromised=" + promised + "\ncompleted=" + completed
                + "\nfaults=" + faults;
    }
}
