package io.github.changeover.servlet;

import io.github.changeover.connection.Application;
import io.github.changeover.connection.LiveConnection;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The switch itself, in the one order that works on every container. */
final class Switching {
    private static final System.Logger LOG = System.getLogger(Switching.class.getName());
    /** Fields of an answer with content, or of this hop: none of them belongs to a 101. */
    private static final Set<String> NOT_IN_101 = Set.of("content-type", "content-length", "content-encoding", "content-language",
            "content-range", "content-disposition", "transfer-encoding", "trailer", "connection", "upgrade", "keep-alive",
            "etag", "last-modified", "accept-ranges", "vary", "location", "allow", "retry-after");
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection", "upgrade", "keep-alive");

    private final Container container;

    Switching(Container container) {
        this.container = container;
    }

    /**
     * Everything has returned. From here to the end nothing runs that is not ours or the container's: a container would send
     * an error and start the handler as well.
     */
    void perform(Exchange.Pending pending, Exchange exchange, HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        Optional<String> obstacle = obstacle(request, response);
        if (obstacle.isPresent()) {
            LOG.log(System.Logger.Level.ERROR, "{0} {1} was to switch to {2}, but {3} on the way back: it stays HTTP",
                    request.getMethod(), request.getRequestURI(), pending.decision().layers(), obstacle.get());
            exchange.told(pending.deployment().stays(pending.considered(), obstacle.get() + " on the way back"));
            return;
        }
        if (pending.considered().verdict().protocol().orElseThrow() instanceof CarriedByContainer carried) {
            container.restoreRaw(request);
            carried.carry(request, response, pending.context());
            container.beforeHead(request);
            exchange.told(pending.deployment().tell(pending.considered()));
            return;
        }
        Optional<LiveConnection> made = connection(pending, exchange, request);
        if (made.isEmpty()) return;
        LiveConnection connection = made.get();
        List<Fields.Line> kept = kept(response);
        response.reset();
        try {
            container.upgrade(request, connection);
        } catch (IOException | ServletException | RuntimeException failure) {
            LOG.log(System.Logger.Level.ERROR, "The container did not upgrade " + connection, failure);
            connection.evict();
            Decision.Refuse failed = new Decision.Refuse(500, "The server could not change the protocol.");
            exchange.told(pending.deployment().tell(pending.considered(), failed, Ground.STAYED_HTTP));
            Refusal.write(failed, List.of(), true, container, request, response);
            return;
        }
        exchange.told(pending.deployment().tell(pending.considered()));
        response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        kept.forEach(line -> response.addHeader(line.name(), line.value()));
        for (Fields.Line line : pending.decision().fields()) {
            if (!FRAMING.contains(line.name().toLowerCase(Locale.ROOT))) container.field101(request, response, line.name(), line.value());
        }
        response.setHeader("Upgrade", pending.decision().layers().stream().map(ProtocolToken::toString).collect(Collectors.joining(", ")));
        response.setHeader("Connection", "Upgrade");
        container.beforeHead(request);
    }

    /** What an application's filter has done after the inner filter agreed, and a switch would undo. */
    private static Optional<String> obstacle(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) return Optional.of("a filter has sent an answer");
        if (request.isAsyncStarted()) return Optional.of("a filter has gone asynchronous");
        return response.getStatus() < 300 ? Optional.empty() : Optional.of("a filter has answered " + response.getStatus());
    }

    /** The connection with its handler, made when nobody can object any more; empty when it was refused for want of a thread. */
    private Optional<LiveConnection> connection(Exchange.Pending pending, Exchange exchange, HttpServletRequest request) throws IOException {
        UpgradeProtocol protocol = pending.considered().verdict().protocol().orElseThrow();
        Application application = pending.deployment().application(pending.considered());
        ConnectionHandler handler = pending.decision().handler().apply(pending.context());
        if (handler == null) {
            throw new IllegalStateException("The protocol " + protocol + " made no handler for " + pending.context().protocol() + ": its Switch must make one");
        }
        if (handler instanceof ConnectionHandler.Blocking blocking && !application.blocking().reserve()) {
            blocking.unserved();
            Decision.Refuse taken = new Decision.Refuse(503, Fields.of("Retry-After", "5"),
                    "All threads for this kind of connection are taken: try again later (changeover.blocking.max)");
            exchange.told(pending.deployment().tell(pending.considered(), taken, Ground.LIMIT));
            pending.no().say(taken);
            return Optional.empty();
        }
        return Optional.of(new LiveConnection(application, pending.context().request(), pending.context().protocol(), early(protocol, request), handler, exchange.handOver(), () -> {
            if (protocol instanceof EndpointProtocol endpoint) endpoint.release(handler);
        }));
    }

    /** Of who has sent nothing yet, nothing is to be refused: what comes from now on may be the answer to the 101. */
    private EarlyData early(UpgradeProtocol protocol, HttpServletRequest request) {
        return protocol.earlyData() == EarlyData.REFUSE && container.nothingEarly(request) ? EarlyData.DELIVER : protocol.earlyData();
    }

    /** What the application's filters have set and a 101 may have, such as cookies. */
    private static List<Fields.Line> kept(HttpServletResponse response) {
        Collection<String> names = response.getHeaderNames();
        if (names.isEmpty()) return List.of();
        List<Fields.Line> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>(NOT_IN_101);
        for (String name : names) {
            if (!seen.add(name.toLowerCase(Locale.ROOT))) continue;     // Tomcat tells a name once for each of its lines
            for (String value : response.getHeaders(name)) kept.add(new Fields.Line(name, value));
        }
        return kept;
    }
}
