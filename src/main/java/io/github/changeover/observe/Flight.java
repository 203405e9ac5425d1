package io.github.changeover.observe;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.negotiation.Explanation;
import java.time.Duration;

/** Receives events for a recorder. The methods do nothing by default. */
interface Flight extends ConnectionListener {
    Flight NONE = new Flight() {
    };

    default void decided(String remote, Explanation explanation, Duration took) {
    }

    /** Returns the recorder for JDK Flight Recorder, or {@link #NONE} if the JDK does not have it. */
    static Flight recorder() {
        try {
            return new FlightEvents();
        } catch (LinkageError without) {
            System.getLogger(Flight.class.getName()).log(System.Logger.Level.DEBUG, "No JDK Flight Recorder here", without);
            return NONE;
        }
    }
}
