package io.github.changeover.meters;

/** The meter registry of a library. */
interface Registry {
    /** Returns the name for the log at start. */
    String name();

    void add(Meter meter, Reading reading);

    /** Removes the added meters: the registry may outlive the application and must not keep it reachable. */
    void clear();
}
