package io.github.changeover.loopback;

import io.github.changeover.spi.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Header fields that apply to one connection only and are never forwarded (RFC 9110 section 7.6.1, RFC 9113 section 8.2.2). */
public final class HopByHopFields {
    private static final Set<String> NAMES = Set.of("connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "http2-settings");
    /** Fields that the message needs: {@code Connection} must not name them (RFC 9110 section 7.6.1). */
    private static final Set<String> NEVER = Set.of("host", "content-length");

    private HopByHopFields() {
    }

    /** @param name in lower case */
    public static boolean has(String name) {
        return NAMES.contains(name);
    }

    /** Returns the fields without these fields and without those that {@code Connection} names. */
    static Fields without(Fields fields) {
        Set<String> dropped = new HashSet<>(NAMES);
        for (String value : fields.values("Connection")) {
            for (String name : value.split(",")) dropped.add(name.strip().toLowerCase(Locale.ROOT));
        }
        dropped.removeAll(NEVER);
        List<Fields.Line> kept = fields.lines().stream().filter(line -> !dropped.contains(line.name().toLowerCase(Locale.ROOT))).toList();
        return kept.size() == fields.lines().size() ? fields : Fields.of(kept);
    }
}
