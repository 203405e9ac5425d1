package io.github.changeover.observe;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.negotiation.Explanation;
import java.time.Duration;

/** What is recorded while somebody records. */
interface Flight extends ConnectionListener {
    Flight NONE = new Flight() {
    };

    default void decided(String remote, Explanation explanation, Duration took) {
    }

    /** JDK Flight Recorder, where the JDK has it. */
    static Flight recorder() {
        try {
            return new FlightEvents();
        } catch (LinkageError without) {
            System.getLogger(Flight.class.getName()).log(System.Logger.Level.DEBUG, "No JDK Flight Recorder here", without);
            return NONE;
        }
    }
}
