package io.github.changeover.negotiation;

import io.github.changeover.http.Authority;
import io.github.changeover.http.FieldScanner;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.List;

/** The header fields of a request that the decision needs, collected in one pass. All lines of a field count (RFC 9110 section 5.3). */
final class UpgradeRequestFields {
    private final String protocol;
    private final List<String> upgrade = new ArrayList<>(2);
    private final List<String> connection = new ArrayList<>(2);
    private int hosts;
    private String host = "";
    private boolean contentLength;
    private boolean transferEncoding;
    private int codings;
    private boolean unknownCoding;

    UpgradeRequestFields(UpgradeRequest request) {
        protocol = request.protocol();
        contentLength = request.contentLength().isPresent();
        transferEncoding = request.chunked();
        for (Fields.Line line : request.fields().lines()) {
            String name = line.name();
            if (name.equalsIgnoreCase("Upgrade")) upgrade.add(line.value());
            else if (name.equalsIgnoreCase("Connection")) connection.add(line.value());
            else if (name.equalsIgnoreCase("Host")) host(line.value());
            else if (name.equalsIgnoreCase("Content-Length")) contentLength = true;
            else if (name.equalsIgnoreCase("Transfer-Encoding")) coding(line.value());
        }
    }

    private void coding(String value) {
        unknownCoding |= ++codings > 1 || !FieldScanner.trim(value).equalsIgnoreCase("chunked");
        transferEncoding = true;
    }

    private void host(String value) {
        hosts++;
        host = value;
    }

    List<String> upgrade() {
        return upgrade;
    }

    List<String> connection() {
        return connection;
    }

    boolean isHttp11() {
        return protocol.equals("HTTP/1.1");
    }

    /** A response to HTTP/1 may contain {@code Upgrade}. A response to a higher version may not (RFC 9113 section 8.2.2). */
    boolean isHttp1() {
        return protocol.startsWith("HTTP/1.");
    }

    /** RFC 9112 section 3.2: there is exactly one {@code Host} field, and it is valid. */
    boolean hasOneHost() {
        return hosts == 1 && Authority.isValidHostField(FieldScanner.trim(host));
    }

    /** Returns whether both {@code Transfer-Encoding} and {@code Content-Length} are present (RFC 9112 section 6.1). */
    boolean isFramedTwice() {
        return contentLength && transferEncoding;
    }

    /**
     * Returns whether there is a transfer coding other than {@code chunked}, or {@code chunked} twice (RFC 9112 section 6.1). Some
     * containers do not reject this.
     */
    boolean hasUnknownCoding() {
        return unknownCoding;
    }
}
