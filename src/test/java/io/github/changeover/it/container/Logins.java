package io.github.changeover.it.container;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The two users that every container knows. A WAR for Payara maps the role to the group of the same name in glassfish-web.xml. */
public final class Logins {
    public static final String ROLE = "member";
    /** A user with the role. */
    public static final String MEMBER = "joe";
    /** A user with another role. */
    public static final String GUEST = "ann";
    static final String GUEST_ROLE = "guest";
    static final String PASSWORD = "changeover";

    private Logins() {
    }

    /** The {@code Authorization} field line for the Basic scheme. */
    public static String basic(String user) {
        String pair = user + ":" + PASSWORD;
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }
}
