package io.github.changeover.it.container;

/** The container has rejected an application. The reason is in its log. */
public final class DeploymentFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeploymentFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
