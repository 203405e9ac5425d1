package io.github.changeover.run;

import io.github.changeover.it.container.TestKeyStore;
import java.util.Map;
import java.util.TreeMap;

/** The settings of the demo for a trial: they enable the two protocols that are off by default. */
public final class DemoSettings {
    private static final Map<String, String> SETTINGS = Map.of(
            "changeover.path./h2c.protocols", "h2c",
            "changeover.path./secure.protocols", "TLS/1.2",
            "changeover.path./secure.required", "true");

    private DemoSettings() {
    }

    /** All settings, with a generated certificate. */
    public static Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(SETTINGS);
        all.put("changeover.tls.key-store", TestKeyStore.get().toString());
        all.put("changeover.tls.key-store-password", TestKeyStore.PASSWORD);
        return all;
    }
}
