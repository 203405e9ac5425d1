package io.github.changeover.management;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.negotiation.Explanation;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Receives events for a recorder. The methods do nothing by default. */
interface FlightRecording extends ConnectionListener {
    FlightRecording NONE = new FlightRecording() {
    };

    default void decided(InetSocketAddress remote, Explanation explanation, Duration took) {
    }

    /** Returns the recorder for JDK Flight Recorder, or {@link #NONE} if the JDK does not have it. */
    static FlightRecording recorder() {
        try {
            return new FlightEvents();
        } catch (LinkageError without) {
            System.getLogger(FlightRecording.class.getName()).log(System.Logger.Level.DEBUG, "JDK Flight Recorder is not available", without);
            return NONE;
        }
    }
}
