package io.github.changeover.negotiation;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Set;

/** Requests for tests, written as on the wire: {@code TestRequests.head("GET /echo HTTP/1.1", "Upgrade: foo/2")}. */
final class TestRequests {
    private TestRequests() {
    }

    /** Returns a request with exactly these lines. */
    static UpgradeRequest head(String requestLine, String... lines) {
        String[] start = requestLine.split(" ");
        Fields fields = Fields.none();
        for (String line : lines) {
            int colon = line.indexOf(':');
            fields = fields.with(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        boolean chunked = fields.contains("Transfer-Encoding");
        long length = chunked ? -1 : fields.first("Content-Length").map(Long::parseLong).orElse(-1L);
        return UpgradeRequest.builder().method(start[0]).path(start[1]).protocol(start[2]).fields(fields).contentLength(length).chunked(chunked).build();
    }

    /** Returns an HTTP/1.1 GET with Host, Connection and these Upgrade lines. */
    static UpgradeRequest offering(String path, String... upgradeLines) {
        UpgradeRequest request = head("GET " + path + " HTTP/1.1", "Host: localhost", "Connection: Upgrade");
        return withUpgrade(request, List.of(upgradeLines));
    }

    static UpgradeRequest withUpgrade(UpgradeRequest request, List<String> upgradeLines) {
        Fields fields = request.fields();
        for (String line : upgradeLines) fields = fields.with("Upgrade", line);
        return request.toBuilder().fields(fields).build();
    }

    static UpgradeRequest of(UpgradeRequest request, String user, String... roles) {
        return request.toBuilder().principal(() -> user).roles(Set.of(roles)).build();
    }
}
