package io.github.changeover.negotiation;

import io.github.changeover.spi.Offer;
import io.github.changeover.spi.ProtocolToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code Upgrade} field of a request: RFC 9110 section 7.8.
 *
 * <pre>
 * Upgrade: HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11
 * Upgrade = [ protocol *( "," protocol ) ]      protocol = name [ "/" version ], both tokens
 * </pre>
 *
 * <p>Several lines are one list, in order. Empty members are tolerated (section 5.6.1), malformed ones are skipped:
 * {@code foo/}, {@code /1}, {@code a b}, {@code foo/1/2}. The grammar has no quoted string, so every comma separates.
 */
public final class UpgradeField {
    /** More list members than this, empty ones counted, and the field is ignored. */
    public static final int MAX_MEMBERS = 64;
    /** More octets than this, all lines together, and the field is ignored. */
    public static final int MAX_OCTETS = 8192;

    private UpgradeField() {
    }

    /** What a request offers. */
    public sealed interface Offered {
        /** No line, or none with a well-formed protocol; {@code malformed} members are printable. */
        record Absent(List<String> malformed) implements Offered {
            private static final Absent NOTHING = new Absent(List.of());

            public Absent {
                malformed = List.copyOf(malformed);
            }
        }

        /** At least one protocol. */
        record Present(Offer offer) implements Offered {
        }

        /** More than is read; {@code reason} says of what. The field is ignored. */
        record Oversized(String reason) implements Offered {
            private static final Oversized MEMBERS = new Oversized("Upgrade has more than " + MAX_MEMBERS + " list members");
            private static final Oversized OCTETS = new Oversized("Upgrade has more than " + MAX_OCTETS + " octets");
        }
    }

    /** Reads the values of all {@code Upgrade} lines, in time linear in their length. Throws for no content of theirs. */
    public static Offered parse(List<String> lines) {
        if (lines.isEmpty()) return Offered.Absent.NOTHING;
        if (octets(lines) > MAX_OCTETS) return Offered.Oversized.OCTETS;

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
                malformed.add(Printable.of(text));
            }
        }
        return tokens.isEmpty() ? new Offered.Absent(malformed) : new Offered.Present(new Offer(tokens, malformed));
    }

    /** The length of the lines joined by commas. */
    private static long octets(List<String> lines) {
        long octets = lines.size() - 1;
        for (String line : lines) octets += line.length();
        return octets;
    }

    /**
     * The sentence for a request that has a field that only clients of a protocol send, and no {@code Upgrade}.
     *
     * @param clientField such as {@code Sec-WebSocket-Key}
     */
    public static String lost(String clientField) {
        return "This request has " + clientField + " and no Upgrade field: a proxy has probably removed Upgrade and Connection. Let every proxy pass both on over HTTP/1.1"
                + " (Changeover's troubleshooting page has the settings of nginx, HAProxy and httpd).";
    }
}
