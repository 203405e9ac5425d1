package stress;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/** Records the callbacks of one connection's handler, and the results of its senders. */
final class Report {
    static final int SENDERS = 4;
    private static final int FAULTS_KEPT = 10;
    final AtomicInteger opened = new AtomicInteger(), closed = new AtomicInteger(), working = new AtomicInteger();
    final AtomicLong received = new AtomicLong();
    /** For each sender: frames whose send has returned; frames that a completion has reported as sent; completions expected; completions run. */
    final AtomicIntegerArray returned = new AtomicIntegerArray(SENDERS), told = new AtomicIntegerArray(SENDERS);
    final AtomicIntegerArray promised = new AtomicIntegerArray(SENDERS), completed = new AtomicIntegerArray(SENDERS);
    private final AtomicInteger inside = new AtomicInteger();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private volatile String accepted = "";
    private volatile String cause = "";

    void fault(String what) {
        if (faults.size() < FAULTS_KEPT) faults.add(what);
    }

    /** Runs a callback of the handler, and checks its order and that no other callback is running. */
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

    /** Called before the connection is ended: what was accepted until now must arrive. Only the first call counts. */
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

    /** Whether the connection has ended, nothing is outstanding, and no fault was found. */
    boolean isFine() {
        return isClosed() && working.get() == 0 && faults.isEmpty() && closed.get() == 1 && promised.toString().equals(completed.toString());
    }

    /** One fact per line. */
    @Override
    public String toString() {
        return "opened=" + opened + "\nclosed=" + closed + "\ncause=" + cause + "\nreceived=" + received + "\naccepted=" + accepted
                + "\ntold=" + told.toString().replaceAll("[\\[\\] ]", "") + "\nworking=" + working + "\npromised=" + promised + "\ncompleted=" + completed
                + "\nfaults=" + faults;
    }
}
