package io.github.changeover.connection;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Looks at every live connection a few times a second, so that no connection needs a timer of its own. */
public final class Watch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());
    private final ScheduledExecutorService clock;
    private volatile Thread thread;
    private final Register register;

    public Watch(Register register, Limits limits, ClassLoader loader) {
        this.register = register;
        this.clock = Executors.newSingleThreadScheduledExecutor(task -> {
            thread = new Thread(task, "changeover-watch");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
        long every = interval(limits);
        clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    /** A quarter of the shortest time there is to watch, within 10 ms and 1 s. */
    private static long interval(Limits limits) {
        long shortest = Stream.of(limits.idle(), limits.stall(), limits.closing(), limits.linger(), limits.lifetime())
                .filter(time -> !time.isZero()).mapToLong(Duration::toMillis).min().orElse(4000);
        return Math.max(10, Math.min(1000, shortest / 4));
    }

    private void look() {
        look(System.nanoTime());
    }

    void look(long now) {
        for (LiveConnection connection : register.live()) look(connection, () -> connection.vigil().tick(now));
        register.look(now);
        for (LiveConnection connection : register.expected()) look(connection, () -> connection.vigil().tickUnopened(now));
    }

    /** One connection's trouble is not the others'; and what is thrown here would end the watch. */
    private static void look(LiveConnection connection, Runnable tick) {
        try {
            tick.run();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "Watching " + connection, failure);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        Thread last = thread;
        if (last == null || last == Thread.currentThread()) return;
        try {
            last.join(1000);        // a thread that ends a moment later would count as left behind
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
