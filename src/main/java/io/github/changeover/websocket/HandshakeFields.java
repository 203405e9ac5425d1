package io.github.changeover.websocket;

import io.github.changeover.http.FieldScanner;
import io.github.changeover.spi.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The header fields that the opening handshake needs, collected in one pass. All lines of a field count: RFC 9110 section 5.3. */
final class HandshakeFields {
    private final List<String> host = new ArrayList<>(1);
    private final List<String> upgrade = new ArrayList<>(1);
    private final List<String> connection = new ArrayList<>(1);
    private final List<String> key = new ArrayList<>(1);
    private final List<String> version = new ArrayList<>(1);
    private final List<String> origin = new ArrayList<>(1);
    private final List<String> protocol = new ArrayList<>(1);
    private final List<String> extensions = new ArrayList<>(1);
    private final List<String> accept = new ArrayList<>(0);

    HandshakeFields(Fields fields) {
        for (Fields.Line line : fields.lines()) {
            switch (line.name().toLowerCase(Locale.ROOT)) {
                case "host" -> host.add(FieldScanner.trim(line.value()));
                case "upgrade" -> upgrade.add(line.value());
                case "connection" -> connection.add(line.value());
                case "sec-websocket-key" -> key.add(FieldScanner.trim(line.value()));
                case "sec-websocket-version" -> version.add(FieldScanner.trim(line.value()));
                case "origin" -> origin.add(line.value());
                case "sec-websocket-protocol" -> protocol.add(line.value());
                case "sec-websocket-extensions" -> extensions.add(line.value());
                case "sec-websocket-accept" -> accept.add(line.value());
                default -> { }
            }
        }
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
