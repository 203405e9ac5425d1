package io.github.changeover.dispatch;

/**
 * Loads Netty without its listener for JDK Flight Recorder. Netty never removes that listener, so it would keep an application's class
 * loader reachable forever. Netty reads the property that disables the listener only once, when its first class is initialized.
 */
final class WithoutRecorder {
    private static final String PROPERTY = "io.netty.jfr.enabled";

    private WithoutRecorder() {
    }

    static synchronized void makeNettyReady() {
        boolean said = System.getProperty(PROPERTY) != null;
        if (!said) System.setProperty(PROPERTY, "false");
        try {
            Class.forName("io.netty.util.internal.PlatformDependent", true, WithoutRecorder.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError other) {
            throw new IllegalStateException("This is not the Netty that Changeover knows: use io.netty:netty-codec-http2 4.2", other);
        } finally {
            if (!said) System.clearProperty(PROPERTY);
        }
    }
}
