package io.github.changeover.observe;

import io.github.changeover.connection.LiveConnection;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Collection;

/** Takes down what happens in one application, from its start to its end; {@link Observatory} is where it is read. Internal. */
public final class Chronicle {
    /** A decision that was taken down; its answer is added once it is known. */
    public interface Entry {
        /** The head of the answer. */
        void answered(AnswerHead head);
    }

    private static final String NO_HOST = "default";
    private final Tally tally;
    private final Journal journal;
    private final Flight flight = Flight.recorder();
    private volatile Observatory observatory;
    private Runnable unmanage;

    /**
     * @param protocols what the rules name
     * @param decisions the number of decisions to keep, perhaps none
     */
    public Chronicle(Collection<ProtocolToken> protocols, int decisions) {
        tally = new Tally(protocols);
        journal = new Journal(decisions);
    }

    /** Counts these protocols by their names from now on; {@code false} where that is so already. From any thread. */
    public boolean name(Collection<ProtocolToken> protocols) {
        boolean more = false;
        for (ProtocolToken token : protocols) more |= tally.name(token);
        return more;
    }

    /** To be told of connections. */
    public ConnectionListener witness() {
        return new ConnectionListener() {
            @Override
            public void opened(LiveConnection connection) {
                tally.opened(connection);
                flight.opened(connection);
            }

            @Override
            public void closed(LiveConnection connection, CloseCause cause, Duration open) {
                tally.closed(connection, cause, open);
                flight.closed(connection, cause, open);
            }

            @Override
            public void pinged(LiveConnection connection, Duration roundTrip) {
                tally.pinged(connection, roundTrip);
            }

            @Override
            public void slowWrite(LiveConnection connection, long waited) {
                tally.slowWrite(connection, waited);
                flight.slowWrite(connection, waited);
            }
        };
    }

    /** Takes down a decision, and how long the negotiation took. */
    public Entry decided(UpgradeRequest request, Explanation explanation, Duration took) {
        tally.decided(explanation, took);
        String remote = ConnectionView.address(request.client());
        flight.decided(remote, explanation, took);
        return journal.add(took, remote, explanation);
    }

    /** Lets it be read and operated from now on. Called once, before any request. */
    public Observatory open(ServletContext context, ConnectionRegistry register, MemoryBudget memory, TokenSwitches switches, Duration grace, SelfReport report) {
        observatory = new Observatory(register, memory, tally, journal, switches, grace, report);
        observatory.put(context);
        unmanage = Management.register(observatory, host(context));
        return observatory;
    }

    /** What is offered has changed. Before {@link #open} it does nothing. */
    public void report(SelfReport report) {
        if (observatory != null) observatory.report(report);
    }

    /** The container's name of its virtual host; {@code default} where it has none to tell, as some embedded ones and Liberty. */
    private static String host(ServletContext context) {
        try {
            String name = context.getVirtualServerName();
            return name == null || name.isBlank() ? NO_HOST : name;
        } catch (RuntimeException | LinkageError none) {
            return NO_HOST;
        }
    }

    /** The application goes, or its start has failed: then perhaps nothing was opened. */
    public void close(ServletContext context) {
        try {
            if (unmanage != null) unmanage.run();
        } finally {
            if (observatory != null) observatory.remove(context);
        }
    }
}
