package io.github.changeover.meters;

/** A library's registry of meters. */
interface Registry {
    /** For the log at start. */
    String name();

    void add(Meter meter, Reading reading);

    /** Takes away what was added: the registry may outlive the application, and must not hold it. */
    void clear();
}
