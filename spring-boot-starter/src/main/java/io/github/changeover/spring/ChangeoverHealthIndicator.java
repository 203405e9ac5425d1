package io.github.changeover.spring;

import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.UpgradeManagement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.web.context.WebApplicationContext;

/**
 * Shows the number of connections, whether they are being drained, the number of topics, and the relay, if there is one. A drain does not change the status:
 * the readiness state of the application does that, and a liveness probe must not restart an application that is being drained. A relay that is down does not
 * change it either: this node still serves its own clients.
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
        TopicCounts topics = management.get().topics();
        health.up().withDetail("connections", management.get().connections().size()).withDetail("draining", management.get().draining()).withDetail("topics", topics.topics());
        if (topics.relay().state() != TopicCounts.RelayState.NONE) health.withDetail("relay", relay(topics.relay()));
    }

    private static Map<String, Object> relay(TopicCounts.Relay relay) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", relay.name());
        details.put("state", relay.state().name().toLowerCase(Locale.ROOT));
        details.put("nodes", relay.nodes());
        return details;
    }
}
