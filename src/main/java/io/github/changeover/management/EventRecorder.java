package io.github.changeover.management;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Collection;

/** Records the events of one application from its start to its end. {@link UpgradeManagement} provides access to the records. Internal. */
public final class EventRecorder {
    /** A recorded decision. The response is added once it is known. */
    public interface Entry {
        /** Adds the head of the response. */
        void answered(ResponseSummary head);
    }

    private static final String NO_HOST = "default";
    private final Metrics tally;
    private final DecisionLog journal;
    private final FlightRecorder flight = FlightRecorder.recorder();
    private volatile UpgradeManagement observatory;
    private Runnable unmanage;

    /**
     * @param protocols the protocols of the rules
     * @param decisions the number of decisions to keep; may be 0
     */
    public EventRecorder(Collection<ProtocolToken> protocols, int decisions) {
        tally = new Metrics(protocols);
        journal = new DecisionLog(decisions);
    }

    /**
     * Counts these protocols under their own names from now on. Returns {@code false} if all of them are already counted in this way. May
     * be called on any thread.
     */
    public boolean name(Collection<ProtocolToken> protocols) {
        boolean more = false;
        for (ProtocolToken token : protocols) more |= tally.name(token);
        return more;
    }

    /** Returns the listener for connection events. */
    public ConnectionListener witness() {
        return new ConnectionListener() {
            @Override
            public void opened(TransportConnection connection) {
                tally.opened(connection);
                flight.opened(connection);
            }

            @Override
            public void closed(TransportConnection connection, CloseCause cause, Duration open) {
                tally.closed(connection, cause, open);
                flight.closed(connection, cause, open);
            }

            @Override
            public void pinged(TransportConnection connection, Duration roundTrip) {
                tally.pinged(connection, roundTrip);
            }

            @Override
            public void slowWrite(TransportConnection connection, long waited) {
                tally.slowWrite(connection, waited);
                flight.slowWrite(connection, waited);
            }
        };
    }

    /** Records a decision and the duration of the negotiation. */
    public Entry decided(UpgradeRequest request, Explanation explanation, Duration took) {
        tally.decided(explanation, took);
        String remote = ConnectionView.address(request.client());
        flight.decided(remote, explanation, took);
        return journal.add(took, remote, explanation);
    }

    /** Makes the records and the operations available from now on. Called once, before any request. */
    public UpgradeManagement open(ServletContext context, ConnectionRegistry register, MemoryBudget memory, TokenSwitches switches, Duration grace, StartReport report) {
        observatory = new UpgradeManagement(register, memory, tally, journal, switches, grace, report);
        observatory.put(context);
        unmanage = JmxRegistration.register(observatory, host(context));
        return observatory;
    }

    /** Replaces the report when the protocols of the application have changed. Does nothing before {@link #open}. */
    public void report(StartReport report) {
        if (observatory != null) observatory.report(report);
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
            if (unmanage != null) unmanage.run();
        } finally {
            if (observatory != null) observatory.remove(context);
        }
    }
}
