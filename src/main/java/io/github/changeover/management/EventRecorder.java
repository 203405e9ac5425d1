package io.github.changeover.management;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;

/** Records the events of one application from its start to its end. {@link UpgradeManagement} provides access to the records. Internal. */
public final class EventRecorder {
    /** A recorded decision. The response is added once it is known. */
    public interface DecisionEntry {
        /** Adds the head of the response. */
        void responded(ResponseSummary head);
    }

    private static final String NO_HOST = "default";
    private final Metrics metrics;
    private final DecisionLog decisionLog;
    private final FlightRecording flightRecorder = FlightRecording.recorder();
    private volatile UpgradeManagement management;
    private Runnable unregister;

    /**
     * @param protocols the protocols of the rules
     * @param decisions the number of decisions to keep; may be 0
     */
    public EventRecorder(Collection<ProtocolToken> protocols, int decisions) {
        metrics = new Metrics(protocols);
        decisionLog = new DecisionLog(decisions);
    }

    /**
     * Counts these protocols under their own names from now on. Returns {@code false} if all of them are already counted in this way. May
     * be called on any thread.
     */
    public boolean addProtocols(Collection<ProtocolToken> protocols) {
        boolean more = false;
        for (ProtocolToken token : protocols) more |= metrics.addProtocol(token);
        return more;
    }

    /** Returns the listener for connection events. */
    public ConnectionListener connectionListener() {
        return new ConnectionListener() {
            @Override
            public void opened(TransportConnection connection) {
                metrics.opened(connection);
                flightRecorder.opened(connection);
            }

            @Override
            public void closed(TransportConnection connection, CloseCause cause, Duration open) {
                metrics.closed(connection, cause, open);
                flightRecorder.closed(connection, cause, open);
            }

            @Override
            public void pinged(TransportConnection connection, Duration roundTrip) {
                metrics.pinged(connection, roundTrip);
            }

            @Override
            public void slowWrite(TransportConnection connection, long waited) {
                metrics.slowWrite(connection, waited);
                flightRecorder.slowWrite(connection, waited);
            }
        };
    }

    /** Records a decision and the duration of the negotiation. */
    public DecisionEntry decided(UpgradeRequest request, Explanation explanation, Duration took) {
        metrics.decided(explanation, took);
        flightRecorder.decided(request.client(), explanation, took);
        return decisionLog.add(took, request.client(), explanation);
    }

    /** Makes the records and the operations available from now on. Called once, before any request. */
    public UpgradeManagement open(ServletContext context, ConnectionRegistry registry, MemoryBudget memory, Supplier<EventLoops.State> loops, ProtocolToggles toggles, Duration grace, StartReport report) {
        management = new UpgradeManagement(registry, memory, loops, metrics, decisionLog, toggles, grace, report);
        management.put(context);
        unregister = JmxRegistration.register(management, host(context));
        return management;
    }

    /** Replaces the report when the protocols of the application have changed. Does nothing before {@link #open}. */
    public void report(StartReport report) {
        if (management != null) management.report(report);
    }

    /**
     * Returns the container's name of its virtual host. Returns {@code default} if the container has no such name, as in some embedded
     * containers and in Liberty.
     */
    private static String host(ServletContext context) {
        try {
            String name = context.getVirtualServerName();
            return name == null || name.isBlank() ? NO_HOST : name;
        } catch (RuntimeException | LinkageError none) {
            return NO_HOST;
        }
    }

    /** Called when the application stops or its start has failed. In the second case {@link #open} may not have been called. */
    public void close(ServletContext context) {
        try {
            if (unregister != null) unregister.run();
        } finally {
            if (management != null) management.remove(context);
        }
    }
}
