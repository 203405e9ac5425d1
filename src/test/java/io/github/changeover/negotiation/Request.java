package io.github.changeover.negotiation;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Requests for tests, written as on the wire: {@code Request.head("GET /echo HTTP/1.1", "Upgrade: foo/2")}. */
final class Request {
    private static final InetSocketAddress ANY = InetSocketAddress.createUnresolved("localhost", 80);

    private Request() {
    }

    /** Exactly these lines. */
    static UpgradeRequest head(String requestLine, String... lines) {
        String[] start = requestLine.split(" ");
        Fields fields = Fields.none();
        for (String line : lines) {
            int colon = line.indexOf(':');
            fields = fields.with(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        boolean chunked = fields.contains("Transfer-Encoding");
        OptionalLong length = fields.first("Content-Length").map(text -> OptionalLong.of(Long.parseLong(text))).orElse(OptionalLong.empty());
        return new UpgradeRequest(start[0], start[1], "", "", start[2], "http", fields, chunked ? OptionalLong.empty() : length, chunked,
                Map.of(), ANY, ANY, Optional.empty(), Set.of(), Optional.empty(), Optional.empty());
    }

    /** An HTTP/1.1 GET with Host, Connection and these Upgrade lines. */
    static UpgradeRequest offering(String path, String... upgradeLines) {
        UpgradeRequest request = head("GET " + path + " HTTP/1.1", "Host: localhost", "Connection: Upgrade");
        return withUpgrade(request, List.of(upgradeLines));
    }

    static UpgradeRequest withUpgrade(UpgradeRequest request, List<String> upgradeLines) {
        Fields fields = request.fields();
        for (String line : upgradeLines) fields = fields.with("Upgrade", line);
        return with(request, fields, request.principal());
    }

    static UpgradeRequest of(UpgradeRequest request, String user) {
        return with(request, request.fields(), Optional.of(() -> user));
    }

    private static UpgradeRequest with(UpgradeRequest request, Fields fields, Optional<Principal> principal) {
        return new UpgradeRequest(request.method(), request.path(), request.query(), request.contextPath(), request.protocol(),
                request.scheme(), fields, request.contentLength(), request.chunked(), request.pathParameters(), request.remote(),
                request.local(), principal, request.roles(), request.sessionId(), request.tls());
    }
}
