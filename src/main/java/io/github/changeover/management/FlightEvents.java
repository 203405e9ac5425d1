package io.github.changeover.management;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.http.PrintableText;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.spi.CloseCause;
import java.net.InetSocketAddress;
import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** Events for JDK Flight Recorder. While no recording runs, each event costs one check and no data is collected. */
final class FlightEvents implements FlightRecording {
    @Name("changeover.Negotiation")
    @Label("Negotiation")
    @Category("Changeover")
    @StackTrace(false)
    private static final class NegotiationEvent extends Event {
        @Label("Outcome") String outcome;
        @Label("Reason") String reason;
        @Label("Remote") String remote;
        @Label("Explanation") String explanation;
        @Label("Took") @Timespan(Timespan.NANOSECONDS) long took;
    }

    @Name("changeover.Open")
    @Label("Connection Open")
    @Category("Changeover")
    @StackTrace(false)
    private static final class OpenEvent extends Event {
        @Label("Id") String id;
        @Label("Protocol") String protocol;
        @Label("Path") String path;
        @Label("Remote") String remote;
    }

    @Name("changeover.Close")
    @Label("Connection Close")
    @Category("Changeover")
    @StackTrace(false)
    private static final class CloseEvent extends Event {
        @Label("Id") String id;
        @Label("Protocol") String protocol;
        @Label("Cause") String cause;
        @Label("Bytes In") @DataAmount long octetsIn;
        @Label("Bytes Out") @DataAmount long octetsOut;
        @Label("Open") @Timespan(Timespan.NANOSECONDS) long open;
    }

    @Name("changeover.SlowWrite")
    @Label("Slow Write")
    @Description("An output queue that exceeded its limit accepts bytes again")
    @Category("Changeover")
    @StackTrace(false)
    private static final class SlowWriteEvent extends Event {
        @Label("Id") String id;
        @Label("Protocol") String protocol;
        @Label("Waited") @Timespan(Timespan.NANOSECONDS) long waited;
    }

    /**
     * Loads all event classes now: the last connections may close when the application's class loader no longer loads classes.
     *
     * @throws LinkageError if there is no recorder; thrown here, and not at the first event
     */
    FlightEvents() {
        for (Event event : new Event[] {new NegotiationEvent(), new OpenEvent(), new CloseEvent(), new SlowWriteEvent()}) event.isEnabled();
    }

    @Override
    public void decided(InetSocketAddress remote, Explanation explanation, Duration took) {
        NegotiationEvent event = new NegotiationEvent();
        if (!event.shouldCommit()) return;
        event.outcome = explanation.outcome().name();
        event.reason = explanation.ground().name();
        event.remote = ConnectionView.address(remote);
        event.explanation = explanation.toString();
        event.took = took.toNanos();
        event.commit();
    }

    @Override
    public void opened(TransportConnection connection) {
        OpenEvent event = new OpenEvent();
        if (!event.shouldCommit()) return;
        event.id = connection.id();
        event.protocol = PrintableText.of(connection.protocol().toString(), PrintableText.LONG);
        event.path = connection.request().printablePath();
        event.remote = ConnectionView.address(connection.request().client());
        event.commit();
    }

    @Override
    public void closed(TransportConnection connection, CloseCause cause, Duration open) {
        CloseEvent event = new CloseEvent();
        if (!event.shouldCommit()) return;
        event.id = connection.id();
        event.protocol = PrintableText.of(connection.protocol().toString(), PrintableText.LONG);
        event.cause = cause.kind().name();
        event.octetsIn = connection.bytesIn();
        event.octetsOut = connection.bytesOut();
        event.open = open.toNanos();
        event.commit();
    }

    @Override
    public void slowWrite(TransportConnection connection, long waited) {
        SlowWriteEvent event = new SlowWriteEvent();
        if (!event.shouldCommit()) return;
        event.id = connection.id();
        event.protocol = PrintableText.of(connection.protocol().toString(), PrintableText.LONG);
        event.waited = waited;
        event.commit();
    }
}
