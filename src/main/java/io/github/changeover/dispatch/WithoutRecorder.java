package io.github.changeover.dispatch;

/**
 * Netty registers a listener with the JDK's flight recorder, and never takes it back: it would keep an application's class loader
 * for ever. Netty looks at the property that turns this off once, when its first class is made ready.
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
