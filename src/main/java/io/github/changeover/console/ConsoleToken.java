package io.github.changeover.console;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that gives access to the console if no role is set. It is created at each start, logged once as a complete address, and
 * exchanged for cookies. A cookie does not reveal the token and is valid for a limited time only.
 *
 * <pre>
 * http://127.0.0.1:8080/app/console/?token=TOKEN      the address in the log
 * 1767225600000.MAC                                   a cookie: its expiry time in milliseconds, and a MAC of that time
 * </pre>
 */
final class ConsoleToken {
    static final Duration COOKIE_VALID = Duration.ofHours(12);
    private static final System.Logger LOG = System.getLogger("io.github.changeover.console");
    private static final Base64.Encoder URL_SAFE = Base64.getUrlEncoder().withoutPadding();
    private static final String MAC = "HmacSHA256";
    private static final int SECRET_BYTES = 32;
    private static final Pattern COOKIE = Pattern.compile("([0-9]{1,15})\\.([A-Za-z0-9_-]{43})");

    private final String token = URL_SAFE.encodeToString(random());
    private final SecretKeySpec key = new SecretKeySpec(random(), MAC);       // signs the cookies; the token cannot be computed from its signatures
    private final LongSupplier clock;
    private final String path;
    private final AtomicBoolean logged = new AtomicBoolean();

    /**
     * @param contextPath the context path of the application, empty for the root
     * @param clock       the time in milliseconds since the epoch
     */
    ConsoleToken(String contextPath, LongSupplier clock) {
        this.path = path(contextPath);
        this.clock = clock;
    }

    /** Returns the path of the console without a trailing slash, encoded for a URL. */
    static String path(String contextPath) {
        try {
            return new URI(null, null, contextPath + "/console", null).toASCIIString();
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(malformed);
        }
    }

    private static byte[] random() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    boolean matches(String given) {
        return equal(given, token);
    }

    /** Compares in constant time. */
    private static boolean equal(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the value of a new cookie. */
    String cookie() {
        String until = Long.toString(clock.getAsLong() + COOKIE_VALID.toMillis());
        return until + "." + mac(until);
    }

    /** Returns when a cookie expires, in milliseconds since the epoch. The result is empty if the cookie is invalid or has expired. */
    OptionalLong validUntil(String cookie) {
        Matcher matcher = COOKIE.matcher(cookie);
        if (!matcher.matches() || !equal(matcher.group(2), mac(matcher.group(1)))) return OptionalLong.empty();
        long until = Long.parseLong(matcher.group(1));
        return isOver(until) ? OptionalLong.empty() : OptionalLong.of(until);
    }

    boolean isOver(long until) {
        return clock.getAsLong() >= until;
    }

    private String mac(String text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            return URL_SAFE.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Returns the address that gives access to the console: it contains the token. */
    private String address(URI server) {
        return server + path + "/?token=" + token;
    }

    /** Logs the address at the first call. Later calls do nothing. */
    void log(URI server) {
        if (!logged.compareAndSet(false, true)) return;
        LOG.log(System.Logger.Level.INFO, "The console is available on this machine, until the application stops, at this address: {0}", address(server));
    }

    /** Logs how to get the address if no port is known. */
    void logWithoutPort() {
        LOG.log(System.Logger.Level.INFO, "The console is enabled at {0}/, but its port is not known yet. Open it on this machine; the complete address with the required token is logged then", path);
    }
}
