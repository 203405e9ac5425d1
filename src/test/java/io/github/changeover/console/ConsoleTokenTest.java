package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConsoleTokenTest {
    private static final long START = 1_700_000_000_000L, VALID = ConsoleToken.COOKIE_VALID.toMillis();
    private final AtomicLong now = new AtomicLong(START);
    private final ConsoleToken token = new ConsoleToken("/app", now::get);

    /** Returns the log lines that the task causes. */
    private static List<String> logged(Runnable work) {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger("io.github.changeover.console");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(String.valueOf(line.getParameters()[0]));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        logger.addHandler(handler);
        try {
            work.run();
        } finally {
            logger.removeHandler(handler);
        }
        return lines;
    }

    @Test
    @DisplayName("S2: a token has 256 bits, needs no escaping in a URL, and differs at each start")
    void tokenHas256BitsAndDiffersAtEachStart() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ConsoleToken each = new ConsoleToken("", now::get);
            String address = logged(() -> each.log(URI.create("http://127.0.0.1:8080"))).get(0);
            assertThat(address).matches("http://127\\.0\\.0\\.1:8080/console/\\?token=[A-Za-z0-9_-]{43}");
            assertThat(each.matches(address.substring(address.indexOf('=') + 1))).isTrue();
            assertThat(seen.add(address)).isTrue();
        }
    }

    @Test
    @DisplayName("S2: the address is logged once, with the encoded context path")
    void addressIsLoggedOnce() {
        ConsoleToken each = new ConsoleToken("/\u00e4 b", now::get);
        assertThat(logged(() -> {
            each.logWithoutPort();
            each.log(URI.create("https://[::1]:8443"));
            each.log(URI.create("https://[::1]:8444"));
        })).hasSize(2).first().isEqualTo("/%C3%A4%20b/console");
        assertThat(logged(() -> token.log(URI.create("https://[::1]:8443"))).get(0)).startsWith("https://[::1]:8443/app/console/?token=");
    }

    @Test
    @DisplayName("S2: a cookie is valid for twelve hours, and its expiry cannot be forged")
    void cookieIsValidForTwelveHours() {
        String cookie = token.cookie();
        assertThat(token.validUntil(cookie)).isEqualTo(OptionalLong.of(START + VALID));
        now.set(START + VALID - 1);
        assertThat(token.validUntil(cookie)).isPresent();
        now.set(START + VALID);
        assertThat(token.validUntil(cookie)).isEmpty();
        assertThat(token.isOver(START + VALID)).isTrue();
        assertThat(token.validUntil(cookie.replaceFirst("[0-9]+", Long.toString(START + 2 * VALID)))).isEmpty();
        assertThat(new ConsoleToken("/app", () -> START).validUntil(cookie)).isEmpty();
        for (String odd : List.of("", ".", cookie + "A", "-" + cookie, "9".repeat(40) + cookie.substring(cookie.indexOf('.')))) assertThat(token.validUntil(odd)).isEmpty();
    }

    @Test
    @DisplayName("S2: the connection of a page ends when its cookie expires")
    void connectionOfAPageEndsWithItsCookie() {
        ViewerPermission.OfCookie permission = new ViewerPermission.OfCookie(token, START + VALID);
        AtomicLong over = new AtomicLong();
        permission.check();
        permission.begin(over::incrementAndGet);
        permission.check();
        assertThat(over).hasValue(0);
        now.set(START + VALID);
        permission.check();
        permission.check();
        assertThat(over).hasValue(1);
    }
}
