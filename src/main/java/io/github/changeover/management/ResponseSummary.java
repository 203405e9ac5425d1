package io.github.changeover.management;

import io.github.changeover.http.PrintableText;
import io.github.changeover.spi.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The status and the header fields of a response, as far as the application has set them. A container adds its own fields. The values of
 * fields that contain secrets are not stored. The other values are printable and bounded.
 *
 * @param status the status code
 * @param fields the fields in order; at most 40
 */
public record ResponseSummary(int status, List<SummaryField> fields) {
    /** One field line. */
    public record SummaryField(String name, String value) {
    }

    private static final int MAX_FIELDS = 40;
    private static final String HIDDEN = "(not kept)";
    /** The names in lower case. A location may contain a session ID. */
    private static final Set<String> SECRET = Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "sec-websocket-key",
            "http2-settings", "www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info", "location",
            "content-location", "refresh");

    public ResponseSummary {
        fields = List.copyOf(fields);
    }

    /** Returns the head with those of these lines that may be stored. */
    public static ResponseSummary of(int status, Iterable<Fields.Line> lines) {
        List<SummaryField> kept = new ArrayList<>();
        for (Fields.Line line : lines) {
            if (kept.size() == MAX_FIELDS) break;
            boolean secret = SECRET.contains(line.name().toLowerCase(Locale.ROOT));
            kept.add(new SummaryField(PrintableText.of(line.name(), PrintableText.LONG), secret ? HIDDEN : PrintableText.of(line.value(), PrintableText.LONG)));
        }
        return new ResponseSummary(status, kept);
    }
}
