package io.github.changeover.spring;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import java.time.Duration;
import java.util.Optional;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.WebApplicationContext;

/**
 * Drains the connections when the application stops, before the web server stops, and makes the application not ready while an operator drains it. The
 * liveness of the application never changes.
 */
final class ChangeoverShutdown implements SmartLifecycle {
    /** The part of the time of the shutdown phase that closing the remaining connections can take. */
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final Log LOG = LogFactory.getLog("io.github.changeover");

    private final WebApplicationContext application;
    private final Duration phaseTimeout;
    private volatile boolean running, bridged;

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
        bridged = ClassUtils.isPresent("org.slf4j.bridge.SLF4JBridgeHandler", ChangeoverShutdown.class.getClassLoader()) && SLF4JBridgeHandler.isInstalled();
        management().ifPresent(management -> management.onDraining(this::drainingChanged));
    }

    private Optional<UpgradeManagement> management() {
        return ApplicationManagement.of(application);
    }

    private void drainingChanged(boolean draining) {
        if (!running) return;      // the application is stopping and has said so itself
        LOG.info(draining ? "Draining: new connections are rejected, and open ones are asked to close" : "No longer draining: new connections are accepted");
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
                drain(management.get());
            } finally {
                keepLogging();
                callback.run();
            }
        }, "changeover-drain");
        drain.start();
    }

    /**
     * Changeover logs by {@code System.Logger}, which goes to java.util.logging and from there to Spring Boot's log. A shutdown hook of the JDK removes that
     * bridge while the application stops.
     */
    private void keepLogging() {
        if (bridged && !SLF4JBridgeHandler.isInstalled()) SLF4JBridgeHandler.install();
    }

    private void drain(UpgradeManagement management) {
        Duration configured = management.drainTime(), most = phaseTimeout.minus(CLOSING);
        Duration grace = configured.compareTo(most) <= 0 ? configured : most.isNegative() ? Duration.ZERO : most;
        try {
            int open = management.connections().size();
            if (open > 0) LOG.info("Shutting down: waiting up to " + grace.toSeconds() + " s for " + open + " connections to close");
            Changeover.of(application.getServletContext()).drain(grace);
        } catch (IllegalStateException stopped) {
            LOG.debug("The application has already stopped", stopped);
        }
    }

    @Override
    public void stop() {
        running = false;
        management().ifPresent(this::drain);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
