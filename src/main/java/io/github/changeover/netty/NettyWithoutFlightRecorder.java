package io.github.changeover.netty;

/**
 * Loads Netty without its listener for JDK Flight Recorder. Netty never removes that listener, so it would keep an application's class
 * loader reachable forever. Netty reads the property that disables the listener only once, when its first class is initialized.
 */
public final class NettyWithoutFlightRecorder {
    private static final String PROPERTY = "io.netty.jfr.enabled";

    private NettyWithoutFlightRecorder() {
    }

    /** @throws IllegalStateException if Netty is absent or cannot be loaded */
    public static synchronized void makeNettyReady() {
        boolean isSet = System.getProperty(PROPERTY) != null;
        if (!isSet) System.setProperty(PROPERTY, "false");
        try {
            Class.forName("io.netty.util.internal.PlatformDependent", true, NettyWithoutFlightRecorder.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError other) {
            throw new IllegalStateException("This version of Netty is not supported: use Netty 4.2", other);
        } finally {
            if (!isSet) System.clearProperty(PROPERTY);
        }
    }
}
