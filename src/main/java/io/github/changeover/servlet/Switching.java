package io.github.changeover.servlet;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.BlockingHandlerThreads;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.servlet.edge.Container;
import io.github.changeover.servlet.endpoint.EndpointProtocol;
import io.github.changeover.spi.CloseCause;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Performs the switch, with its steps in the only order that works on every container. */
final class Switching {
    private static final System.Logger LOG = System.getLogger(Switching.class.getName());
    /** Fields of a response with content, and fields for this hop. A 101 must not contain them. */
    private static final Set<String> NOT_IN_101 = Set.of("content-type", "content-length", "content-encoding", "content-language",
            "content-range", "content-disposition", "transfer-encoding", "trailer", "connection", "upgrade", "keep-alive",
            "etag", "last-modified", "accept-ranges", "vary", "location", "allow", "retry-after", "changeover-explanation");
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection", "upgrade", "keep-alive");

    private final Container container;

    Switching(Container container) {
        this.container = container;
    }

    /**
     * Performs the switch after all filters have returned. From {@code upgrade()} on, only code of Changeover and of the container runs: after an
     * exception there, the container would send an error and start the handler as well.
     */
    void perform(Exchange.Pending pending, Exchange exchange, HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        Optional<String> obstacle = obstacle(request, response);
        if (obstacle.isPresent()) {
            LOG.log(System.Logger.Level.ERROR, "{0} {1} was to switch to {2}, but {3} on the way back: it stays HTTP",
                    request.getMethod(), request.getRequestURI(), pending.decision().layers(), obstacle.get());
            exchange.recorded(pending.deployment().stays(pending.considered(), obstacle.get() + " on the way back"));
            return;
        }
        if (pending.considered().verdict().protocol().orElseThrow() instanceof ContainerProtocol carried) {
            container.requestRepair().revert(request);
            carried.carry(request, response, pending.context());
            container.connectionUpgrade().completeHead(request);
            exchange.recorded(pending.deployment().record(pending.considered()));
            return;
        }
        // Everything that can fail comes first. Once the connection exists, any exception releases what was reserved for it.
        List<Fields.Line> fields = fields(pending, response);
        Optional<Made> made = connection(pending, exchange, request, response);
        if (made.isEmpty()) return;
        TransportConnection connection = made.get().connection();
        try {
            made.get().handler().prepare(pending.context());
            response.reset();
            container.connectionUpgrade().upgrade(request, connection);
        } catch (IOException | ServletException | RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The upgrade to " + connection + " failed", failure);
            connection.abort(CloseCause.of(CloseCause.Kind.HANDLER_FAILED, failure));
            failed(pending, exchange, request, response, failure);
            return;
        }
        exchange.recorded(pending.deployment().record(pending.considered()));
        head(pending, fields, request, response);
    }

    /** Completes the head of the 101. Throws nothing: the container would send an error and start the handler as well. */
    private void head(Exchange.Pending pending, List<Fields.Line> kept, HttpServletRequest request, HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        kept.forEach(line -> set(line, () -> response.addHeader(line.name(), line.value())));
        for (Fields.Line line : pending.decision().fields()) {
            if (!FRAMING.contains(line.name().toLowerCase(Locale.ROOT))) set(line, () -> container.connectionUpgrade().addHeader(request, response, line.name(), line.value()));
        }
        response.setHeader("Upgrade", pending.decision().layers().stream().map(ProtocolToken::toString).collect(Collectors.joining(", ")));
        response.setHeader("Connection", "Upgrade");
        container.connectionUpgrade().completeHead(request);
    }

    private static void set(Fields.Line line, Runnable how) {
        try {
            how.run();
        } catch (RuntimeException refused) {
            LOG.log(System.Logger.Level.WARNING, "The container does not take the field {0} of a 101: it is left out ({1})", line.name(), refused.toString());
        }
    }

    /** Writes a complete response. An error that does not concern this request, such as OutOfMemoryError, is thrown again. */
    private void failed(Exchange.Pending pending, Exchange exchange, HttpServletRequest request, HttpServletResponse response, Throwable failure) throws IOException {
        Decision.Refuse refusal = new Decision.Refuse(500, "The server could not change the protocol.");
        exchange.recorded(pending.deployment().record(pending.considered(), refusal, Ground.STAYED_HTTP));
        if (failure instanceof VirtualMachineError fatal) throw fatal;
        exchange.release();     // before the response: the client may send its next request as soon as it has the response
        Refusal.write(refusal, List.of(), true, container.requestRepair(), request, response);
    }

    /** Returns what a filter of the application has done after the inner filter agreed and a switch would undo; empty for nothing. */
    private static Optional<String> obstacle(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) return Optional.of("a filter has sent an answer");
        if (request.isAsyncStarted()) return Optional.of("a filter has gone asynchronous");
        return response.getStatus() < 300 ? Optional.empty() : Optional.of("a filter has answered " + response.getStatus());
    }

    private record Made(TransportConnection connection, ConnectionHandler handler) {
    }

    /**
     * Makes the connection with its handler, after the last point at which a filter can reject the switch. Empty if it was rejected; the response was
     * then written.
     */
    private Optional<Made> connection(Exchange.Pending pending, Exchange exchange, HttpServletRequest request, HttpServletResponse response) throws IOException {
        UpgradeProtocol protocol = pending.considered().verdict().protocol().orElseThrow();
        ApplicationResources application = pending.deployment().application(pending.considered());
        ConnectionHandler handler;
        try {
            handler = pending.decision().handler().apply(pending.context());
            if (handler == null) throw new IllegalStateException("it made none: its Switch must make one");
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The protocol " + protocol + " failed to make a handler for " + pending.context().protocol(), failure);
            failed(pending, exchange, request, response, failure);
            return Optional.empty();
        }
        Runnable afterHandler = () -> {
            if (protocol instanceof EndpointProtocol endpoint) endpoint.release(handler);
        };
        BlockingHandlerThreads threads = application.blocking();
        boolean blocks = handler instanceof ConnectionHandler.Blocking;
        if (blocks && !threads.reserve()) {
            ((ConnectionHandler.Blocking) handler).unserved();
            afterHandler.run();
            Decision.Refuse taken = new Decision.Refuse(503, Fields.of("Retry-After", "5"),
                    "All threads for this kind of connection are taken: try again later (changeover.blocking.max)");
            exchange.recorded(pending.deployment().record(pending.considered(), taken, Ground.LIMIT));
            pending.no().say(taken);
            return Optional.empty();
        }
        Runnable held = exchange.handOver();
        try {
            TransportConnection connection = new TransportConnection(application, pending.deployment().limits(pending.considered()), pending.context().request(), pending.context().protocol(),
                    early(protocol, request), handler, held, afterHandler);
            Supplier<Runnable> caller = container.caller();
            if (caller != Container.NO_CALLER) connection.runsAs(caller::get);
            exchange.memoryMovesTo(connection);
            return Optional.of(new Made(connection, handler));
        } catch (RuntimeException | Error failure) {
            if (blocks) threads.release();
            held.run();
            afterHandler.run();
            throw failure;
        }
    }

    /**
     * Returns the rule for early bytes. {@code REFUSE} becomes {@code DELIVER} if it is certain that the client has sent nothing yet: bytes that
     * arrive from now on may be its reaction to the 101.
     */
    private EarlyData early(UpgradeProtocol protocol, HttpServletRequest request) {
        return protocol.earlyData() == EarlyData.REFUSE && container.connectionUpgrade().hasNoEarlyData(request) ? EarlyData.DELIVER : protocol.earlyData();
    }

    /** Returns the fields that filters of the application have set and a 101 may contain, such as cookies. Invalid fields are omitted. */
    private static List<Fields.Line> fields(Exchange.Pending pending, HttpServletResponse response) {
        Collection<String> names = response.getHeaderNames();
        if (names.isEmpty()) return List.of();
        List<Fields.Line> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>(NOT_IN_101);
        for (String name : names) {
            if (!seen.add(name.toLowerCase(Locale.ROOT))) continue;     // Tomcat returns a name once for each of its lines
            for (String value : response.getHeaders(name)) {
                try {
                    kept.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException odd) {
                    LOG.log(System.Logger.Level.INFO, "{0}: a field that a filter has set is left out of the 101: {1}",
                            pending.considered().request().printablePath(), odd.getMessage());
                }
            }
        }
        return kept;
    }
}
