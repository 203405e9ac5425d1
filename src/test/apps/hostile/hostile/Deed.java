package hostile;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** What a hostile callback does. */
enum Deed {
    NOTHING, BLOCK, RUNTIME_EXCEPTION, CHECKED_EXCEPTION, INTERRUPTED, ASSERTION, STACK_OVERFLOW, OUT_OF_MEMORY, LINKAGE, THROWABLE;

    /** @param nanos how long BLOCK blocks. An interrupt does not end it. */
    void run(long nanos) {
        switch (this) {
            case NOTHING -> { }
            case BLOCK -> {
                for (long end = System.nanoTime() + nanos; System.nanoTime() - end < 0; ) {
                    LockSupport.parkNanos(Math.max(1, end - System.nanoTime()));
                    Thread.interrupted();
                }
            }
            case RUNTIME_EXCEPTION -> throw new IllegalStateException("hostile");
            case CHECKED_EXCEPTION -> Deed.<RuntimeException>sneak(new IOException("hostile"));
            case INTERRUPTED -> Deed.<RuntimeException>sneak(new InterruptedException("hostile"));
            case ASSERTION -> throw new AssertionError("hostile");
            case STACK_OVERFLOW -> deeper(1);
            case OUT_OF_MEMORY -> throw new OutOfMemoryError("hostile");
            case LINKAGE -> throw new NoClassDefFoundError("hostile");
            case THROWABLE -> Deed.<RuntimeException>sneak(new Throwable("hostile"));
        }
    }

    private static int deeper(int depth) {
        return deeper(depth + 1) + 1;
    }

    /** Throws a checked exception without a declaration, as Kotlin and Lombok do. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
