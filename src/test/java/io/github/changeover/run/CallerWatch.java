package io.github.changeover.run;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Ends this program when the Maven that started it has ended. A signal to Maven alone does not reach the programs that Maven started. */
public final class CallerWatch {
    private static final long CHECK_NANOS = 200_000_000;

    private CallerWatch() {
    }

    /** Must be called first. Later, the caller may have ended, and the parent would be another process. The thread ends with this program. */
    public static Thread start() {
        List<ProcessHandle> callers = callers();
        Thread watch = new Thread(() -> {
            while (callers.stream().allMatch(CallerWatch::runs)) LockSupport.parkNanos(CHECK_NANOS);
            System.exit(0);
        }, "caller-watch");
        watch.setDaemon(true);
        watch.start();
        return watch;
    }

    /** Maven, and the scripts above it that started it: mvn, mvnw. */
    private static List<ProcessHandle> callers() {
        ProcessHandle maven = ProcessHandle.current().parent().orElseThrow();
        return Stream.concat(Stream.of(maven), Stream.iterate(maven.parent(), Optional::isPresent, above -> above.get().parent())
                .map(Optional::get)
                .takeWhile(above -> Arrays.stream(above.info().arguments().orElse(new String[0])).anyMatch(word -> word.matches("(.*/)?mvnw?"))))
                .toList();
    }

    /** A process that has ended and whose parent has not asked for its status counts as alive, but has no command. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }
}
