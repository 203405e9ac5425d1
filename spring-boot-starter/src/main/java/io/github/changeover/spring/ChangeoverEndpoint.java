package io.github.changeover.spring;

import io.github.changeover.management.ConnectionView;
import io.github.changeover.management.DecisionRecord;
import io.github.changeover.management.StartReport;
import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.UpgradeManagement;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.web.context.WebApplicationContext;

/**
 * The actuator endpoint {@code changeover}.
 * <ul>
 * <li>{@code GET changeover}: a summary. {@code GET changeover/connections}, {@code decisions}, {@code topics}, {@code report}: the details.
 * <li>{@code POST changeover/drain}, {@code stopDraining}: as in JMX; {@code drain} has an optional parameter {@code code}. {@code POST changeover/close/ID}, {@code abort/ID}: one connection.
 * </ul>
 */
@Endpoint(id = "changeover")
public final class ChangeoverEndpoint {
    private static final int MAX_TOPICS = 50;
    private final WebApplicationContext application;

    ChangeoverEndpoint(WebApplicationContext application) {
        this.application = application;
    }

    /**
     * The state of the application.
     *
     * @param connections the number of open connections
     * @param draining    whether new connections are rejected
     * @param off         the protocols that are turned off
     * @param paths       the protocols that are offered, by path
     * @param topics      the counters of topics
     * @param relay       the counters of the relay to other nodes; null if there is none
     */
    public record Summary(int connections, boolean draining, Set<String> off, Map<String, List<String>> paths, TopicSummary topics, @Nullable RelaySummary relay) {
    }

    /**
     * The counters of topics.
     *
     * @param topics    topics with members on this node
     * @param members   memberships on this node
     * @param published messages that were published on this node
     * @param dropped   messages that slow members of this node have not got
     */
    public record TopicSummary(int topics, long members, long published, long dropped) {
        static TopicSummary of(TopicCounts counts) {
            return new TopicSummary(counts.topics(), counts.members(), counts.published(), counts.dropped());
        }
    }

    /**
     * The counters of the relay.
     *
     * @param state {@code up} or {@code down}
     * @param nodes other nodes that respond
     */
    public record RelaySummary(String name, String state, int nodes, long sent, long unsent, long received, long lost, long nodesLost, long invalid) {
        static @Nullable RelaySummary of(TopicCounts.Relay relay) {
            if (relay.state() == TopicCounts.RelayState.NONE) return null;
            return new RelaySummary(relay.name(), relay.state().name().toLowerCase(Locale.ROOT), relay.nodes(), relay.sent(), relay.unsent(), relay.received(), relay.lost(), relay.nodesLost(), relay.invalid());
        }
    }

    /** An open connection. Times are in milliseconds. */
    public record Connection(String id, String protocol, String path, String remote, String user, Instant since, long idle, long bytesIn, long bytesOut, long queued, @Nullable Long roundTrip) {
        static Connection of(ConnectionView view) {
            return new Connection(view.id(), view.protocol(), view.path(), view.remote(), view.user(), view.since(), view.idle().toMillis(), view.bytesIn(), view.bytesOut(), view.queued(),
                    view.roundTrip().map(java.time.Duration::toMillis).orElse(null));
        }
    }

    /** A decision on a request. */
    public record DecisionView(long number, Instant when, String remote, String decision) {
        static DecisionView of(DecisionRecord record) {
            return new DecisionView(record.number(), record.when(), record.remote(), record.explanation().summary());
        }
    }

    @ReadOperation
    public Summary summary() {
        return management().map(ChangeoverEndpoint::summary).orElseGet(() -> new Summary(0, false, Set.of(), Map.of(), TopicSummary.of(TopicCounts.NONE), null));
    }

    private static Summary summary(UpgradeManagement management) {
        TopicCounts topics = management.topics();
        return new Summary(management.connections().size(), management.draining(), management.switchedOff(),
                management.report().paths().stream().collect(Collectors.toMap(StartReport.PathReport::template, StartReport.PathReport::protocols)), TopicSummary.of(topics), RelaySummary.of(topics.relay()));
    }

    @ReadOperation
    public WebEndpointResponse<Object> details(@Selector String view) {
        Optional<UpgradeManagement> management = management();
        if (management.isEmpty()) return new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        return switch (view) {
            case "connections" -> new WebEndpointResponse<>(management.get().connections().stream().map(Connection::of).toList());
            case "decisions" -> new WebEndpointResponse<>(management.get().decisions().stream().map(DecisionView::of).toList());
            case "topics" -> new WebEndpointResponse<>(management.get().largestTopics(MAX_TOPICS));
            case "report" -> new WebEndpointResponse<>(management.get().report().lines());
            default -> new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        };
    }

    /**
     * Starts or ends a drain. Returns immediately.
     *
     * @param code the WebSocket close code of the drain; null for that of the settings
     */
    @WriteOperation
    public WebEndpointResponse<Object> operate(@Selector String operation, @Nullable Integer code) {
        Optional<UpgradeManagement> management = management();
        if (management.isEmpty()) return new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        switch (operation) {
            case "drain" -> {
                if (code == null) {
                    management.get().drain();
                } else {
                    try {
                        management.get().drain(code);
                    } catch (IllegalArgumentException invalid) {
                        return new WebEndpointResponse<>(invalid.getMessage(), WebEndpointResponse.STATUS_BAD_REQUEST);
                    }
                }
            }
            case "stopDraining" -> management.get().stopDraining();
            default -> {
                return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
            }
        }
        return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
    }

    /** Closes one connection: {@code close} lets its handler do it, {@code abort} does it immediately. */
    @WriteOperation
    public WebEndpointResponse<Object> operateOn(@Selector String operation, @Selector String connection) {
        Optional<UpgradeManagement> management = management();
        if (management.isEmpty()) return new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        boolean found = switch (operation) {
            case "close" -> management.get().close(connection);
            case "abort" -> management.get().abort(connection);
            default -> false;
        };
        return new WebEndpointResponse<>(found ? WebEndpointResponse.STATUS_NO_CONTENT : WebEndpointResponse.STATUS_NOT_FOUND);
    }

    private Optional<UpgradeManagement> management() {
        return ApplicationManagement.of(application);
    }
}
