package io.github.changeover.websocket;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.spi.Fields;
import java.util.ArrayList;
import java.util.List;

/** The header fields that the opening handshake needs, collected in one pass. All lines of a field count: RFC 9110 section 5.3. */
final class HandshakeFields {
    private List<String> host = List.of();
    private List<String> upgrade = List.of();
    private List<String> connection = List.of();
    private List<String> key = List.of();
    private List<String> version = List.of();
    private List<String> origin = List.of();
    private List<String> protocol = List.of();
    private List<String> extensions = List.of();
    private List<String> accept = List.of();

    HandshakeFields(Fields fields) {
        for (Fields.Line line : fields.lines()) {
            String name = line.name();
            if (name.equalsIgnoreCase("Host")) host = added(host, FieldScanner.trim(line.value()));
            else if (name.equalsIgnoreCase("Upgrade")) upgrade = added(upgrade, line.value());
            else if (name.equalsIgnoreCase("Connection")) connection = added(connection, line.value());
            else if (name.equalsIgnoreCase("Sec-WebSocket-Key")) key = added(key, FieldScanner.trim(line.value()));
            else if (name.equalsIgnoreCase("Sec-WebSocket-Version")) version = added(version, FieldScanner.trim(line.value()));
            else if (name.equalsIgnoreCase("Origin")) origin = added(origin, line.value());
            else if (name.equalsIgnoreCase("Sec-WebSocket-Protocol")) protocol = added(protocol, line.value());
            else if (name.equalsIgnoreCase("Sec-WebSocket-Extensions")) extensions = added(extensions, line.value());
            else if (name.equalsIgnoreCase("Sec-WebSocket-Accept")) accept = added(accept, line.value());
        }
    }

    /** Returns the lines and one more. Most fields have one line. */
    private static List<String> added(List<String> lines, String value) {
        if (lines.isEmpty()) return List.of(value);
        List<String> more = lines.size() == 1 ? new ArrayList<>(lines) : lines;
        more.add(value);
        return more;
    }

    List<String> host() {
        return host;
    }

    List<String> upgrade() {
        return upgrade;
    }

    List<String> connection() {
        return connection;
    }

    List<String> key() {
        return key;
    }

    List<String> version() {
        return version;
    }

    List<String> origin() {
        return origin;
    }

    List<String> protocol() {
        return protocol;
    }

    List<String> extensions() {
        return extensions;
    }

    List<String> accept() {
        return accept;
    }
}
