package io.github.changeover.tls;

import io.github.changeover.http.ListMembers;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.netty.PipelineHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/**
 * {@code TLS/1.x}: the connection continues as HTTP/1.1 over TLS, and the response to the upgrade request comes first. The token names a
 * family. The handshake chooses the version (RFC 2817 section 3.3).
 */
final class TlsProtocol implements UpgradeProtocol {
    /** The versions of the whole family. */
    static final Set<String> VERSIONS = Set.of("1.0", "1.1", "1.2", "1.3");
    private static final ProtocolToken TLS = ProtocolToken.of("TLS/1.2");
    private static final ProtocolToken HTTP = ProtocolToken.of("HTTP/1.1");
    private final StreamDispatcher dispatcher;
    private final Supplier<SSLEngine> engines;
    private final Duration handshake;
    private final int maxContent;

    TlsProtocol(StreamDispatcher dispatcher, Supplier<SSLEngine> engines, Duration handshake, int maxContent) {
        this.dispatcher = dispatcher;
        this.engines = engines;
        this.handshake = handshake;
        this.maxContent = maxContent;
    }

    /** Returns the list for a 426: the protocols bottom-up (RFC 2817 section 4.2). */
    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TLS, HTTP);
    }

    @Override
    public boolean accepts(ProtocolToken offered) {
        return offered.name().equalsIgnoreCase(TLS.name()) && VERSIONS.contains(offered.version());
    }

    @Override
    public ContentRule content() {
        return new ContentRule(Set.of(), true);
    }

    /**
     * All bytes after the request, early or not, are read as TLS records only. If an attacker has added bytes in cleartext, the handshake
     * fails, and these bytes are never processed inside TLS. (Rejecting early bytes would also reject the ClientHello of a fast client.)
     */
    @Override
    public EarlyData earlyData() {
        return EarlyData.DELIVER;
    }

    @Override
    public boolean answersOriginalRequest() {
        return true;
    }

    @Override
    public boolean isSpoken(UpgradeRequest request) {
        return request.secure();
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        if (request.secure()) return new Decision.Ignore("the connection is already secure");
        if (request.chunked()) return new Decision.Ignore("the request content has no Content-Length");
        if (request.contentLength().orElse(0) > maxContent) return new Decision.Ignore("the request content exceeds changeover.content.max");
        if (higher(request, offered)) return new Decision.Ignore("a higher version is also offered");
        return new Decision.Switch(List.of(offered, HTTP), Fields.none(), context -> new PipelineHandler((pipeline, connection) ->
                new RequestsInsideTls(dispatcher, context, connection).addTo(pipeline, engines.get(), handshake)));
    }

    private boolean higher(UpgradeRequest request, ProtocolToken offered) {
        for (ListMembers members = new ListMembers(request.fields().values("Upgrade")); members.next(); ) {
            Optional<ProtocolToken> other = ProtocolToken.parse(members.text());
            if (other.isPresent() && accepts(other.get()) && other.get().version().compareTo(offered.version()) > 0) return true;
        }
        return false;
    }
}
