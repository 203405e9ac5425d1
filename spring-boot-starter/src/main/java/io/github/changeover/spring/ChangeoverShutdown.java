package io.github.changeover.spring;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Optional;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.web.context.WebApplicationContext;

/**
 * Drains the connections when the application stops, before the web server stops, and makes the application not ready while an operator drains it. The
 * liveness of the application never changes.
 */
final class ChangeoverShutdown implements SmartLifecycle {
    /** The part of the time of the shutdown phase that closing the remaining connections can take. */
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final System.Logger LOG = System.getLogger("io.github.changeover");

    private final WebApplicationContext application;
    private final Duration phaseTimeout;
    private volatile boolean running;

    /** @param phaseTimeout {@code spring.lifecycle.timeout-per-shutdown-phase} */
    ChangeoverShutdown(WebApplicationContext application, Duration phaseTimeout) {
        this.application = application;
        this.phaseTimeout = phaseTimeout;
    }

    /** Higher phases stop earlier: before the graceful shutdown of the web server, which waits for requests and not for switched connections. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;
    }

    @Override
    public void start() {
        running = true;
        management().ifPresent(management -> management.onDraining(this::drainingChanged));
    }

    private Optional<UpgradeManagement> management() {
        ServletContext context = application.getServletContext();
        return context == null ? Optional.empty() : UpgradeManagement.of(context);
    }

    private void drainingChanged(boolean draining) {
        if (!running) return;      // the application is stopping and has said so itself
        LOG.log(System.Logger.Level.INFO, draining ? "Draining: new connections are rejected, and open ones are asked to close" : "No longer draining: new connections are accepted");
        AvailabilityChangeEvent.publish(application, draining ? ReadinessState.REFUSING_TRAFFIC : ReadinessState.ACCEPTING_TRAFFIC);
    }

    @Override
    public void stop(Runnable callback) {
        running = false;
        Optional<UpgradeManagement> management = management();
        if (management.isEmpty()) {
            callback.run();
            return;
        }
        Thread drain = new Thread(() -> {
            try {
                drain(management.get().drainTime());
            } finally {
                callback.run();
            }
        }, "changeover-drain");
        drain.start();
    }

    private void drain(Duration configured) {
        Duration most = phaseTimeout.minus(CLOSING);
        Duration grace = configured.compareTo(most) <= 0 ? configured : most.isNegative() ? Duration.ZERO : most;
        try {
            int open = management().map(management -> management.connections().size()).orElse(0);
            if (open > 0) LOG.log(System.Logger.Level.INFO, "Shutting down: waiting up to {0} s for {1} connections to close", grace.toSeconds(), open);
            Changeover.of(application.getServletContext()).drain(grace);
        } catch (IllegalStateException stopped) {
            LOG.log(System.Logger.Level.DEBUG, "The application has already stopped", stopped);
        }
    }

    @Override
    public void stop() {
        running = false;
        management().ifPresent(management -> drain(management.drainTime()));
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
