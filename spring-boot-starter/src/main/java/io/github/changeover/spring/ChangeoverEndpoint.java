package io.github.changeover.spring;

import io.github.changeover.management.ConnectionView;
import io.github.changeover.management.DecisionRecord;
import io.github.changeover.management.StartReport;
import io.github.changeover.management.UpgradeManagement;
import java.time.Instant;
import java.util.List;
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
 * <li>{@code GET changeover}: a summary. {@code GET changeover/connections}, {@code decisions}, {@code report}: the details.
 * <li>{@code POST changeover/drain}, {@code stopDraining}: as in JMX; {@code drain} has an optional parameter {@code code}. {@code POST changeover/close/ID}, {@code abort/ID}: one connection.
 * </ul>
 */
@Endpoint(id = "changeover")
public final class ChangeoverEndpoint {
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
     */
    public record Summary(int connections, boolean draining, Set<String> off, Map<String, List<String>> paths) {
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
        return management().map(management -> new Summary(management.connections().size(), management.draining(), management.switchedOff(),
                management.report().paths().stream().collect(Collectors.toMap(StartReport.PathReport::template, StartReport.PathReport::protocols))))
                .orElseGet(() -> new Summary(0, false, Set.of(), Map.of()));
    }

    @ReadOperation
    public WebEndpointResponse<Object> details(@Selector String view) {
        Optional<UpgradeManagement> management = management();
        if (management.isEmpty()) return new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        return switch (view) {
            case "connections" -> new WebEndpointResponse<>(management.get().connections().stream().map(Connection::of).toList());
            case "decisions" -> new WebEndpointResponse<>(management.get().decisions().stream().map(DecisionView::of).toList());
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
