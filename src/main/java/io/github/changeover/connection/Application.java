package io.github.changeover.connection;

/**
 * What the connections of one application share.
 *
 * @param limits   their bounds
 * @param register the live ones
 * @param chunks   buffers for octets that wait
 * @param threads  for handlers that block
 * @param loader   the application's class loader, set while its code runs
 * @param witness  told of openings and ends
 */
public record Application(Limits limits, Register register, Chunks chunks, Threads threads, ClassLoader loader, Witness witness) {
    public static Application of(Limits limits, Threads threads, ClassLoader loader, Witness witness) {
        return new Application(limits, new Register(), new Chunks(), threads, loader, witness);
    }

    /** Sets the application's class loader on this thread; answers the one before, for {@link #leave}. */
    ClassLoader enter() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (before != loader) thread.setContextClassLoader(loader);
        return before;
    }

    void leave(ClassLoader before) {
        if (before != loader) Thread.currentThread().setContextClassLoader(before);
    }
}
