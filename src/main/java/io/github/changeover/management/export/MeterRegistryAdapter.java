package io.github.changeover.management.export;

/** The meter registry of a library. */
interface MeterRegistryAdapter {
    /** Returns the name for the log at start. */
    String name();

    void add(MeterDefinition meter, CachedMetrics reading);

    /** Removes the added meters: the registry may outlive the application and must not keep it reachable. */
    void clear();
}
