package io.github.changeover.spring;

import io.github.changeover.management.UpgradeManagement;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.web.context.WebApplicationContext;

/**
 * Shows the number of connections and whether they are being drained. A drain does not change the status: the readiness state of the application does that,
 * and a liveness probe must not restart an application that is being drained.
 */
final class ChangeoverHealthIndicator extends AbstractHealthIndicator {
    private final WebApplicationContext application;

    ChangeoverHealthIndicator(WebApplicationContext application) {
        super("The state of Changeover cannot be read");
        this.application = application;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        Optional<UpgradeManagement> management = ApplicationManagement.of(application);
        if (management.isEmpty()) {
            health.unknown().withDetail("reason", "Changeover has not started");
            return;
        }
        health.up().withDetail("connections", management.get().connections().size()).withDetail("draining", management.get().draining());
    }
}
