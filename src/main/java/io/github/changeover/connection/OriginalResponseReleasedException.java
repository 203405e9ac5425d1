package io.github.changeover.connection;

/**
 * Thrown if a handler opens the content of the application's response after it was released, because it was already read or the connection has ended.
 * The second case is not an error of the handler: a client may reset the connection while {@code opened} of the handler runs.
 */
public final class OriginalResponseReleasedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public OriginalResponseReleasedException() {
        super("The response has been read already, or its connection has ended");
    }
}
