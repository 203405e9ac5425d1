package io.github.changeover.negotiation;

import io.github.changeover.http.FieldList;
import io.github.changeover.http.ListMembers;
import io.github.changeover.http.PrintableText;
import io.github.changeover.spi.ProtocolToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code Upgrade} header field of a request. RFC 9110 section 7.8.
 *
 * <pre>
 * Upgrade: HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11
 * Upgrade = [ protocol *( "," protocol ) ]      protocol = name [ "/" version ], both tokens
 * </pre>
 *
 * <p>Several lines form one list, in order. Empty members are accepted (section 5.6.1). Malformed members are skipped: {@code foo/},
 * {@code /1}, {@code a b}, {@code foo/1/2}. The grammar has no quoted string, so every comma is a separator.
 */
public final class UpgradeField {
    /** The maximum number of list members, including empty ones. A field with more members is ignored. */
    public static final int MAX_MEMBERS = FieldList.MAX_MEMBERS;
    /** The maximum size in bytes of all lines together. A longer field is ignored. */
    public static final int MAX_BYTES = FieldList.MAX_BYTES;

    private UpgradeField() {
    }

    /** The protocols offered by a request. */
    public sealed interface Offered {
        /** No line, or no line with a well-formed protocol. The {@code malformed} members are printable. */
        record Absent(List<String> malformed) implements Offered {
            private static final Absent NOTHING = new Absent(List.of());

            public Absent {
                malformed = List.copyOf(malformed);
            }
        }

        /** At least one protocol. */
        record Present(Offer offer) implements Offered {
        }

        /** The field exceeds a limit and is ignored. The {@code reason} names the limit. */
        record Oversized(String reason) implements Offered {
            private static final Oversized MEMBERS = new Oversized("Upgrade has more than " + MAX_MEMBERS + " list members");
            private static final Oversized BYTES = new Oversized("Upgrade has more than " + MAX_BYTES + " bytes");
        }
    }

    /** Parses the values of all {@code Upgrade} lines in linear time. Does not throw, whatever the lines contain. */
    public static Offered parse(List<String> lines) {
        if (lines.isEmpty()) return Offered.Absent.NOTHING;
        if (ListMembers.length(lines) > MAX_BYTES) return Offered.Oversized.BYTES;

        List<ProtocolToken> tokens = new ArrayList<>(4);
        List<String> malformed = List.of();
        int count = 0;
        for (ListMembers members = new ListMembers(lines); members.next(); ) {
            if (++count > MAX_MEMBERS) return Offered.Oversized.MEMBERS;
            if (members.isEmpty()) continue;
            String text = members.text();
            Optional<ProtocolToken> token = ProtocolToken.parse(text);
            if (token.isPresent()) {
                tokens.add(token.get());
            } else {
                if (malformed.isEmpty()) malformed = new ArrayList<>(2);
                malformed.add(PrintableText.of(text));
            }
        }
        return tokens.isEmpty() ? new Offered.Absent(malformed) : new Offered.Present(new Offer(tokens, malformed));
    }

    /**
     * Returns the message for a request that has no {@code Upgrade} but has a field that only clients of one protocol send.
     *
     * @param clientField the field, such as {@code Sec-WebSocket-Key}
     */
    public static String lost(String clientField) {
        return "This request has " + clientField + " and no Upgrade field: a proxy has probably removed Upgrade and Connection. Configure every proxy to pass on both fields over HTTP/1.1"
                + " (Changeover's troubleshooting page has the settings of nginx, HAProxy and httpd).";
    }
}
