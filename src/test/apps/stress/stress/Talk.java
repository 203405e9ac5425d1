package stress;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * One connection: several threads send frames on it concurrently. Another thread pauses and resumes it, submits tasks, and then ends it. The senders continue for
 * a while after its end, as a careless application does.
 */
final class Talk implements ConnectionHandler.Events {
    private static final int LONGEST = 3000, ROOM = 8 * LONGEST;
    private static final int LAST = 100;     // the sender number of the last frame
    private static final long LATE = 200_000_000, LONGEST_LIFE = 60_000_000_000L;
    private final Report report;
    private final long seed;
    private final End end;
    private final Pattern expected;
    private final AtomicBoolean room = new AtomicBoolean();
    private volatile long closedAt;
    private long wrongAt = -1;

    Talk(Report report, long seed, End end) {
        this.report = report;
        this.seed = seed;
        this.end = end;
        this.expected = new Pattern(~seed);
    }

    @Override
    public void opened(SwitchedConnection connection) {
        report.callback("opened", () -> {
            if (report.opened.incrementAndGet() != 1) report.fault("opened twice");
            int senders = 2 + (int) Math.floorMod(seed, (long) Report.SENDERS - 1);
            report.working.addAndGet(senders + 1);
            for (int i = 0; i < senders; i++) {
                int sender = i;
                Start.threads.execute(() -> work("sender " + sender, () -> send(connection, sender)));
            }
            Start.threads.execute(() -> work("commander", () -> command(connection)));
        });
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private void work(String who, Work work) {
        try {
            work.run();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failure) {
            report.fault(who + ": " + failure);
        } finally {
            report.working.decrementAndGet();
        }
    }

    private boolean isOver(long begun) {
        long now = System.nanoTime();
        return Thread.currentThread().isInterrupted() || now - begun > LONGEST_LIFE || closedAt != 0 && now - closedAt > LATE;
    }

    // ---- senders

    private void send(SwitchedConnection connection, int sender) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed + sender);
        long begun = System.nanoTime();
        for (int number = 0; !isOver(begun); number++) {
            ByteBuffer frame = Pattern.frame(seed, sender, number, random.nextInt(random.nextInt(10) == 0 ? LONGEST : 300));
            boolean more = random.nextInt(3) > 0 ? connection.send(frame) : connection.send(frame, completion(sender, number));
            report.returned.incrementAndGet(sender);
            if (closedAt != 0) goOnAfterTheEnd();
            else if (!more) waitForRoom(connection, sender, begun);
            else if (random.nextInt(50) == 0) LockSupport.parkNanos(random.nextInt(2_000_000));
        }
    }

    /** Without a pause at first, because the container may just be reusing the channel. */
    private void goOnAfterTheEnd() {
        if (System.nanoTime() - closedAt < LATE / 40) Thread.yield();
        else LockSupport.parkNanos(2_000_000);
    }

    /** Some senders wait for {@code writable}, the others block. */
    private void waitForRoom(SwitchedConnection connection, int sender, long begun) throws InterruptedException {
        if (sender % 2 == 0) {
            while (connection.advanced().isFull() && closedAt == 0 && !isOver(begun)) {
                if (!room.getAndSet(false)) LockSupport.parkNanos(500_000);
            }
        } else {
            while (closedAt == 0 && !isOver(begun) && !connection.advanced().awaitWritable(ROOM, Duration.ofMillis(50))) LockSupport.parkNanos(100_000);
        }
    }

    private SwitchedConnection.Completion completion(int sender, int number) {
        report.promised.incrementAndGet(sender);
        AtomicBoolean ran = new AtomicBoolean();
        SwitchedConnection.Completion once = failure -> {
            if (ran.getAndSet(true)) report.fault("the completion of " + sender + "/" + number + " ran twice");
            if (failure == null && report.told.getAndUpdate(sender, before -> Math.max(before, number + 1)) > number) {
                report.fault("the completion of " + sender + "/" + number + " ran behind that of a later send");
            }
            report.completed.incrementAndGet(sender);
        };
        return failure -> {
            if (failure != null && closedAt != 0) once.done(failure);      // of a send after the end
            else report.callback("completion", () -> once.done(failure));
        };
    }

    // ---- commander

    private void command(SwitchedConnection connection) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed ^ 0x5DEECE66DL);
        long begun = System.nanoTime();
        long life = 1_000_000L * random.nextInt(5, random.nextInt(4) == 0 ? 600 : 120);
        while (System.nanoTime() - begun < life && closedAt == 0) {
            trouble(connection, random);
        }
        boolean paused = random.nextBoolean();
        if (paused) connection.pause();
        switch (end) {
            case CLOSE -> {
                report.noteAccepted();
                connection.close();
            }
            case ABORT -> {
                if (random.nextBoolean()) connection.abort();
                else Start.observatory().abort(connection.id());
            }
            case DRAIN -> Start.observatory().close(connection.id());
            case END_OUTPUT -> {
                report.noteAccepted();
                connection.advanced().sendAtomically(() -> {
                    if (!connection.advanced().trySend(Pattern.frame(seed, LAST, 0, 10), null, Long.MAX_VALUE)) report.fault("no room for the last frame");
                    connection.endOutput();
                    return null;
                });
            }
            case CLIENT_RESETS, CLIENT_ENDS -> { }
        }
        while (closedAt == 0 && !isOver(begun)) trouble(connection, random);
    }

    private void trouble(SwitchedConnection connection, SplittableRandom random) {
        switch (random.nextInt(4)) {
            case 0 -> {
                connection.pause();
                LockSupport.parkNanos(random.nextInt(3_000_000));
            }
            case 1 -> connection.execute(() -> report.callback("task", () -> { }));
            default -> { }
        }
        LockSupport.parkNanos(random.nextInt(1_000_000));
        connection.resume();
    }

    // ---- callbacks

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        report.callback("received", () -> {
            int count = bytes.remaining();
            if (wrongAt < 0 && !expected.matches(bytes)) {
                wrongAt = report.received.get();
                report.fault("what was received from byte " + wrongAt + " on is not what the client sent");
            }
            report.received.addAndGet(count);
        });
    }

    @Override
    public void writable(SwitchedConnection connection) {
        report.callback("writable", () -> room.set(true));
    }

    @Override
    public void ended(SwitchedConnection connection) {
        report.callback("ended", () -> {
            report.noteAccepted();
            connection.close();
        });
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        report.callback("drain", () -> {
            report.noteAccepted();
            connection.close();
        });
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        closedAt = System.nanoTime() | 1;
        report.callback("closed", () -> { });
        report.closed(cause.toString());
    }
}
