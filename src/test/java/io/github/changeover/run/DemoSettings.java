package io.github.changeover.run;

import io.github.changeover.it.container.KeyStoreFile;
import java.util.Map;

/** What the demo offers beyond its defaults when it is only tried out: the two protocols that are off by default. */
public final class DemoSettings {
    private static final Map<String, String> SETTINGS = Map.of(
            "changeover.path./h2c.protocols", "h2c",
            "changeover.path./secure.protocols", "TLS/1.2",
            "changeover.path./secure.required", "true");

    private DemoSettings() {
    }

    /** For the applications that this JVM deploys from now on, with a certificate made here. */
    public static void set() {
        SETTINGS.forEach(System::setProperty);
        System.setProperty("changeover.tls.key-store", KeyStoreFile.get().toString());
        System.setProperty("changeover.tls.key-store-password", KeyStoreFile.PASSWORD);
    }

    public static void clear() {
        SETTINGS.keySet().forEach(System::clearProperty);
        System.clearProperty("changeover.tls.key-store");
        System.clearProperty("changeover.tls.key-store-password");
    }
}
