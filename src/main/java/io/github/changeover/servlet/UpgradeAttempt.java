package io.github.changeover.servlet;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.management.EventRecorder;
import io.github.changeover.management.ResponseSummary;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.negotiation.UpgradeResponse.Rejection;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.capture.BufferedContent;
import io.github.changeover.servlet.capture.CaptureOutcome;
import io.github.changeover.servlet.capture.CapturedBody;
import io.github.changeover.servlet.capture.CapturedRequest;
import io.github.changeover.servlet.capture.CapturedResponse;
import io.github.changeover.servlet.capture.RequestMemory;
import io.github.changeover.servlet.rules.EndpointProtocol;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One request that may be upgraded, from the outer filter to the 101, the rejection or the HTTP response. The methods are in the order in which
 * they are called:
 *
 * <pre>
 * OuterFilter   begin                                                         BEGUN
 *   the filters of the application
 * InnerFilter   negotiate                                                     NegotiatedRequest
 *               prepareSwitch: connection limits                              ADMITTED
 *                              content, original response of the application  Agreed
 *               or reject, or leaveAsHttp                                     DECIDED
 *   the filters of the application return
 * OuterFilter   complete: the 101, or a rejection after all                   DECIDED
 *               close
 * </pre>
 *
 * All methods are called on the thread of the request.
 */
final class UpgradeAttempt {
    private static final System.Logger LOG = System.getLogger(UpgradeAttempt.class.getName());
    private static final System.Logger DECISIONS = System.getLogger("io.github.changeover");
    private static final String ATTRIBUTE = UpgradeAttempt.class.getName();
    private static final String EXPLANATION = "Changeover-Explanation";

    /** The state of an attempt: a stage, or a record with what is known in this state only. */
    sealed interface State permits Stage, NegotiatedRequest, Agreed {
    }

    enum Stage implements State {
        /** There is no verdict yet. */
        BEGUN,
        /** The connection is counted under the connection limits. The content is being read, or the application responds. */
        ADMITTED,
        /** The request was switched, rejected or left as HTTP, and this is recorded. */
        DECIDED
    }

    /**
     * The switch is agreed and takes place when the filters have returned.
     *
     * @param switching the 101
     * @param context   for the handler, with the content and the original response
     * @param captured  contains the original response; null if the application has not responded
     */
    record Agreed(UpgradeResponse.Switching switching, SwitchContext context, CapturedResponse captured) implements State {
    }

    private static final Runnable NOTHING = () -> { };
    private final Deployment deployment;
    private final boolean outerFilterRan;        // false: the outer filter did not run, so no switch is possible
    private State state = Stage.BEGUN;
    private NegotiatedRequest negotiated;   // null before a verdict
    private Runnable held = NOTHING;
    private RequestMemory memory;           // null until something is held in memory
    private EventRecorder.DecisionEntry openRecord; // the record whose response is not known yet; null if there is none
    private boolean filtersReturned;

    private UpgradeAttempt(Deployment deployment, boolean outerFilterRan) {
        this.deployment = deployment;
        this.outerFilterRan = outerFilterRan;
    }

    /** Called by the outer filter. Stores the attempt on the request. */
    static UpgradeAttempt begin(HttpServletRequest request, Deployment deployment) {
        UpgradeAttempt attempt = new UpgradeAttempt(deployment, true);
        request.setAttribute(ATTRIBUTE, attempt);
        return attempt;
    }

    /** Returns the attempt that the outer filter stored on the request; empty if the request has no {@code Upgrade}, or if the outer filter did not run. */
    static Optional<UpgradeAttempt> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof UpgradeAttempt attempt ? Optional.of(attempt) : Optional.empty();
    }

    /**
     * Returns the attempt of the request, or an attempt that can only be rejected or left as HTTP. A request that is forwarded while its response is
     * captured has an attempt that must not be negotiated again.
     */
    static UpgradeAttempt ofOrUncompleted(HttpServletRequest request, Deployment deployment) {
        Optional<UpgradeAttempt> attempt = of(request);
        boolean negotiable = attempt.isPresent() && attempt.get().state != Stage.ADMITTED && !(attempt.get().state instanceof Agreed);
        return negotiable ? attempt.get() : uncompleted(deployment);
    }

    /** Returns an attempt that can only be rejected or left as HTTP. */
    static UpgradeAttempt uncompleted(Deployment deployment) {
        return new UpgradeAttempt(deployment, false);
    }

    // Resources that are held for the connection

    /** Adds a release action for something reserved for the connection, such as its count under the connection limits. */
    void hold(Runnable release) {
        Runnable before = held;
        held = before == NOTHING ? release : () -> {
            try {
                before.run();
            } finally {
                release.run();
            }
        };
    }

    /**
     * Transfers everything that is held to the caller, for its connection. The caller must run the returned action, which releases all of
     * it.
     */
    private Runnable transferHeld() {
        Runnable all = held;
        held = NOTHING;
        return all;
    }

    /** Releases what is held, unless it was transferred to a connection. Every action runs, even if another one throws. */
    private void release() {
        transferHeld().run();
    }

    /** Returns the memory of the request. It is released with everything else that is held. */
    private RequestMemory memory() {
        if (memory == null) {
            memory = new RequestMemory(deployment.resources(verdict()).memory());
            hold(memory::close);
        }
        return memory;
    }

    // Negotiation

    /**
     * Negotiates, and lets the container log the user in if that is necessary.
     *
     * @param requestedProtocol the protocol that the application itself requests; empty if the rule of the path decides
     * @return the response for the verdict, never a {@code Login}; empty if the login of the container has responded
     */
    Optional<UpgradeResponse> negotiate(HttpServletRequest request, HttpServletResponse response, Optional<UpgradeProtocol> requestedProtocol) throws IOException {
        UpgradeResponse result = negotiated(NegotiatedRequest.of(request, deployment, requestedProtocol));
        if (!(result instanceof UpgradeResponse.Login)) return Optional.of(result);
        boolean known = ContainerLogin.authenticate(request, response);
        if (ContainerLogin.hasResponded(response)) {
            record(verdict().explanation()).responded(summary(response));
            return Optional.empty();
        }
        if (known) result = negotiated(NegotiatedRequest.of(request, deployment, requestedProtocol));
        return Optional.of(result instanceof UpgradeResponse.Login ? UpgradeResponse.withoutLogin(verdict()) : result);
    }

    /** Negotiates while this application offers nothing. */
    UpgradeResponse negotiateWithoutOffers(HttpServletRequest request) {
        return negotiated(NegotiatedRequest.withoutOffers(request, deployment));
    }

    private UpgradeResponse negotiated(NegotiatedRequest result) {
        negotiated = result;
        state = result;
        return UpgradeResponse.of(result.verdict());
    }

    UpgradeRequest request() {
        return negotiated.request();
    }

    Verdict verdict() {
        return negotiated.verdict();
    }

    // The three outcomes of a negotiation: the request is rejected, left as HTTP, or switched

    /** Rejects the request for the reason of its verdict. */
    void reject(Rejection rejection, HttpServletRequest request, HttpServletResponse response) throws IOException {
        reject(rejection, verdict().explanation().ground(), request, response);
    }

    /** Releases what is held before the response is written, because the client may send its next request as soon as it has the response. */
    private void reject(Rejection rejection, Ground ground, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Explanation explanation = explanation(rejection, ground);
        EventRecorder.DecisionEntry entry = record(explanation);
        release();
        if (!response.isCommitted()) {
            if (response.containsHeader(EXPLANATION)) response.setHeader(EXPLANATION, explanation.toString());
            RejectionResponse.write(rejection, deployment.container().requestRepair(), request, response);
        } else {
            LOG.log(System.Logger.Level.WARNING, "{0} {1} is rejected with {2}, but a filter has already committed the response, so the client does not receive the rejection",
                    request.getMethod(), request.getRequestURI(), rejection.status());
        }
        entry.responded(summary(response));
    }

    /** Returns the explanation of the verdict, changed to this rejection if the verdict is another one. */
    private Explanation explanation(Rejection rejection, Ground ground) {
        Explanation explanation = verdict().explanation();
        return explanation.status().orElse(0) == rejection.status() ? explanation : explanation.refused(rejection.status(), ground, rejection.reason());
    }

    /** Lets the application respond, with the fields that the verdict adds to its response. */
    void leaveAsHttp(UpgradeResponse.UpgradeOffer added, HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        boolean upgrades = request().fields().contains("Upgrade");
        if (outerFilterRan ? !mayBeRequestedByApplication() : upgrades) openRecord = record(verdict().explanation());
        explain(upgrades, response);
        RejectionResponse.offer(added, deployment.container().requestRepair(), request, response);
        chain.doFilter(request, response);
    }

    private void explain(boolean upgrades, HttpServletResponse response) {
        if (upgrades && deployment.settings().operating().explain()) response.setHeader(EXPLANATION, verdict().explanation().toString());
    }

    /**
     * Returns whether no rule applies to the request, and the application may request a switch while it responds. If so, the decision is
     * recorded when the application requests the switch, or when it has responded.
     */
    private boolean mayBeRequestedByApplication() {
        Ground ground = verdict().explanation().ground();
        return (ground == Ground.NO_RULE || ground == Ground.NOT_SERVED) && deployment.switchesLate() && Negotiator.requestsProtocol(request(), Optional.empty(), deployment.late());
    }

    /**
     * Performs the steps between the decision to switch and the return of the filters: counts the connection, reads the content to its end and, if the
     * new protocol responds to the original request, captures the response of the application. If a step fails, the client gets an HTTP response.
     */
    void prepareSwitch(UpgradeResponse.Switching switching, HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        if (!outerFilterRan) {
            if (rejectedAsRequired(426, "changeover-outer is not mapped to /* on this path", request, response)) return;
            LOG.log(System.Logger.Level.WARNING, "{0} {1} stays HTTP: the outer filter did not run before this one; map changeover-outer to /*",
                    request.getMethod(), request().printablePath());
            recordAsHttp("the outer filter did not run before the inner one");
            explain(true, response);
            chain.doFilter(request, response);
            return;
        }
        if (!admit(request, response)) return;
        Optional<String> obstacle = obstacleBefore(request, response);
        if (obstacle.isPresent()) {
            release();
            if (rejectedAsRequired(426, obstacle.get(), request, response)) return;
            staysHttp(obstacle.get());
            chain.doFilter(request, response);
            return;
        }
        BufferedContent read = BufferedContent.read(request, request(), deployment.settings(), deployment.container().requestRepair(),
                request().hasContent() ? memory() : null);
        if (read instanceof BufferedContent.RejectedContent refused) {
            if (refused.refusal().status() == 400 || refused.refusal().status() == 408) deployment.container().requestRepair().abandonContent(request);
            // Tomcat itself responds to an exception of a read, and would show its stack trace.
            if (response.isCommitted()) request.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
            reject(UpgradeResponse.rejection(refused.refusal(), verdict().upgradeList(), true), refused.ground(), request, response);
            return;
        }
        byte[] content = ((BufferedContent.Bytes) read).bytes();
        if (protocol().answersOriginalRequest()) {
            captureOriginalResponse(switching, content, request, response, chain);
        } else {
            agree(switching, content, null, null);
        }
    }

    /** Agrees on a switch that the application requests while it responds. */
    void prepareLateSwitch(UpgradeResponse.Switching switching, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (admit(request, response)) agree(switching, new byte[0], null, null);
    }

    /** Counts the connection under the connection limits. Returns false if the request was rejected. */
    private boolean admit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (deployment.resources(verdict()).registry().draining()) {
            Decision.Refuse draining = UpgradeResponse.retryLater(503, "The application is draining and accepts no new connections: try again later or use another node.");
            reject(UpgradeResponse.rejection(draining, List.of(), false), Ground.DRAINING, request, response);
            return false;
        }
        Optional<PathTemplate> rule = verdict().explanation().rule();
        String path = rule.isPresent() ? rule.get().toString() : "";
        ConnectionLimiter.Acquisition answer = deployment.limiter(verdict()).acquire(verdict().token().orElseThrow(), path, request().client());
        if (answer instanceof ConnectionLimiter.LimitReached full) {
            reject(UpgradeResponse.rejection(limitReached(full), List.of(), false), Ground.LIMIT, request, response);
            return false;
        }
        hold((ConnectionLimiter.Slot) answer);
        state = Stage.ADMITTED;
        return true;
    }

    private static Decision.Refuse limitReached(ConnectionLimiter.LimitReached full) {
        return switch (full.scope()) {
            case ALL -> UpgradeResponse.retryLater(503, "Connection limit of this application reached: try again later (changeover.connections.max).");
            case PROTOCOL -> UpgradeResponse.retryLater(503, "Connection limit of this protocol reached: try again later (changeover.protocol."
                    + full.subject() + ".connections.max).");
            case PATH -> UpgradeResponse.retryLater(503, "Connection limit of this path reached: try again later (changeover.path." + full.subject() + ".connections.max).");
            case ADDRESS -> UpgradeResponse.retryLater(429, "Connection limit of your address reached: close a connection or try again later"
                    + " (changeover.connections.per-address.max).");
        };
    }

    /** Returns why the request cannot be switched although the connection limits allow it; empty if it can. */
    private Optional<String> obstacleBefore(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted() || request.isAsyncStarted()) {
            String action = response.isCommitted() ? "started the response to" : "started asynchronous processing of";
            LOG.log(System.Logger.Level.WARNING, "A filter has {0} {1} {2}: the request stays HTTP", action, request.getMethod(), request().printablePath());
            return Optional.of("a filter has " + action + " it");
        }
        if (!request().hasContent()) return Optional.empty();
        if (!deployment.container().requestRepair().contentEndsWithFraming(request)) return Optional.of("the container does not report where the request content ends");
        boolean inParts = request().fields().first("Content-Type").orElse("").strip().regionMatches(true, 0, "multipart/form-data", 0, 19);
        return protocol().answersOriginalRequest() && inParts ? Optional.of("the application may read the parts of the multipart content, which only the container can parse") : Optional.empty();
    }

    /**
     * Calls the application once and captures its response. A response that cannot be sent over the new protocol is sent as HTTP. If an upgrade is
     * required on the path, it is replaced by a 500.
     */
    private void captureOriginalResponse(UpgradeResponse.Switching switching, byte[] content, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        CapturedBody body = new CapturedBody(deployment.settings().maxCapture(), deployment.captureFiles(), memory());
        hold(body::close);
        CapturedResponse captured = new CapturedResponse(response, body, request.getServletContext().getResponseCharacterEncoding(), !verdict().required());
        chain.doFilter(new CapturedRequest(request, captured, request().hasContent() ? Optional.of(content) : Optional.empty()), captured);
        if (request.isAsyncStarted()) captured.passThrough("the application responds asynchronously");
        CaptureOutcome outcome = captured.outcome();
        if (outcome instanceof CaptureOutcome.Complete complete) {
            OriginalResponse original = complete.response();
            if (request().method().equals("HEAD")) {
                // a container drops the content of a response to HEAD; so does the new protocol
                original = OriginalResponse.of(original.status(), original.fields(), new byte[0]);
            }
            if (original.body() != body) body.close();      // its content is never read
            agree(switching, content, original, captured);
        } else if (outcome instanceof CaptureOutcome.PassedThrough passed) {
            staysHttp(passed.reason());
        } else if (outcome instanceof CaptureOutcome.Discarded discarded) {
            rejectedAsRequired(500, discarded.reason(), request, response);
        }
    }

    private void agree(UpgradeResponse.Switching switching, byte[] content, OriginalResponse original, CapturedResponse captured) {
        SwitchContext context = SwitchContext.of(request(), verdict().token().orElseThrow(), content, Optional.ofNullable(original));
        state = new Agreed(switching, context, captured);
    }

    /**
     * Rejects a request whose switch was decided but is not possible, if the application must not respond over HTTP.
     *
     * @param status 426 if the application has not seen the request, otherwise 500
     * @return whether the request was rejected
     */
    private boolean rejectedAsRequired(int status, String reason, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<Decision.Refuse> refusal = verdict().insteadOfHttp(status, reason);
        if (refusal.isEmpty()) return false;
        reject(UpgradeResponse.rejection(refusal.get(), verdict().token().stream().toList(), false), Ground.STAYED_HTTP, request, response);
        return true;
    }

    private void staysHttp(String reason) {
        LOG.log(System.Logger.Level.INFO, "{0} {1} stays HTTP: {2}", request().method(), request().printablePath(), reason);
        recordAsHttp(reason);
    }

    /** Returns whether a switch is agreed and has not begun. Until then the response must not be committed. */
    boolean isAgreed() {
        return !filtersReturned && state instanceof Agreed;
    }

    // Completion, when the filters of the application have returned

    /** Returns whether the filters have returned. After that no switch can be agreed. */
    boolean haveFiltersReturned() {
        return filtersReturned;
    }

    /** Called by the outer filter when all filters have returned: sends the 101 or the rejection, if a switch was agreed. */
    void complete(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        filtersReturned();
        if (state instanceof Agreed agreed) performSwitch(agreed, request, response);
        else deployment.container().requestRepair().afterResponse(request);
        if (openRecord != null && !request.isAsyncStarted()) openRecord.responded(summary(response));
    }

    /** Called by the outer filter at the end, whatever was thrown. Some containers keep the request and its attributes as long as the connection. */
    void close() {
        filtersReturned();
        release();
        negotiated = null;
        openRecord = null;
    }

    private void filtersReturned() {
        filtersReturned = true;
        if (state instanceof NegotiatedRequest undecided && undecided.verdict().decision() instanceof Decision.Ignore) openRecord = record(verdict().explanation());
    }

    /**
     * Performs the switch, with its steps in the only order that works on every container. From {@code upgrade()} on, only code of Changeover and of the
     * container runs: after an exception there, the container would send an error and start the handler as well.
     */
    private void performSwitch(Agreed agreed, HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        Container container = deployment.container();
        Optional<String> obstacle = obstacleAfter(request, response);
        if (obstacle.isPresent()) {
            LOG.log(System.Logger.Level.ERROR, "{0} {1} was accepted for an upgrade to {2}, but {3} after the decision to upgrade: the request stays HTTP",
                    request.getMethod(), request.getRequestURI(), verdict().explanation().layers(), obstacle.get());
            recordAsHttp(obstacle.get() + " after the decision to upgrade");
            return;
        }
        if (protocol() instanceof ContainerProtocol containerProtocol) {
            container.requestRepair().revert(request);
            containerProtocol.passToContainer(request, response, agreed.context());
            container.connectionUpgrade().completeHead(request);
            openRecord = record(verdict().explanation());
            return;
        }
        // Everything that can fail comes first. Once the connection exists, any exception releases what was reserved for it.
        List<Fields.Line> filterFields = SwitchingResponse.fieldsOfFilters(request(), response);
        ConnectionHandler handler;
        try {
            handler = ((Decision.Switch) verdict().decision()).handler().apply(agreed.context());
            if (handler == null) throw new IllegalStateException("the handler factory of its Switch returned null; it must return a handler");
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The protocol " + protocol() + " failed to create a handler for " + agreed.context().protocol(), failure);
            rejectFailed(failure, request, response);
            return;
        }
        if (handler instanceof ConnectionHandler.Blocking blocking && !deployment.resources(verdict()).blocking().reserve()) {
            blocking.unserved();
            releaseHandler(protocol(), handler);
            withoutThread(agreed.captured(), request, response);
            return;
        }
        TransportConnection connection = connection(agreed.context(), handler, request);
        try {
            handler.prepare(agreed.context());
            response.reset();
            container.connectionUpgrade().upgrade(request, connection);
        } catch (IOException | ServletException | RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The upgrade to " + connection + " failed", failure);
            connection.abort(CloseCause.of(CloseCause.Kind.HANDLER_FAILED, failure));
            rejectFailed(failure, request, response);
            return;
        }
        openRecord = record(verdict().explanation());
        SwitchingResponse.write(agreed.switching(), filterFields, container.connectionUpgrade(), request, response);
    }

    /** Returns what a filter of the application has done after the inner filter agreed and a switch would undo; empty for nothing. */
    private static Optional<String> obstacleAfter(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) return Optional.of("a filter has sent a response");
        if (request.isAsyncStarted()) return Optional.of("a filter has started asynchronous processing");
        return response.getStatus() < 300 ? Optional.empty() : Optional.of("a filter has responded with " + response.getStatus());
    }

    /** Makes the connection, to which everything that is held is transferred. */
    private TransportConnection connection(SwitchContext context, ConnectionHandler handler, HttpServletRequest request) {
        Container container = deployment.container();
        ApplicationResources resources = deployment.resources(verdict());
        Runnable release = transferHeld();
        UpgradeProtocol protocol = protocol();
        Runnable afterHandler = protocol instanceof EndpointProtocol ? () -> releaseHandler(protocol, handler) : NOTHING;       // the connection keeps it, so it must not refer to this attempt
        try {
            // REFUSE becomes DELIVER if it is certain that the client has sent nothing yet: bytes that arrive from now on may be its reaction to the 101.
            EarlyData early = protocol.earlyData();
            if (early == EarlyData.REFUSE && container.connectionUpgrade().hasNoEarlyData(request)) early = EarlyData.DELIVER;
            TransportConnection connection = new TransportConnection(resources, deployment.limits(verdict()), context.request(), context.protocol(), early, handler, release, afterHandler);
            Supplier<Runnable> caller = deployment.caller(context.request());
            if (caller != Container.NO_CALLER) connection.setCallerIdentity(caller::get);
            if (memory != null) memory.moveTo(connection);
            return connection;
        } catch (RuntimeException | Error failure) {
            if (handler instanceof ConnectionHandler.Blocking) resources.blocking().release();
            release.run();
            afterHandler.run();
            throw failure;
        }
    }

    private static void releaseHandler(UpgradeProtocol protocol, ConnectionHandler handler) {
        if (protocol instanceof EndpointProtocol endpoint) endpoint.release(handler);
    }

    /** Sends the original response, if the application has responded, or else a rejection. */
    private void withoutThread(CapturedResponse captured, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Decision.Refuse refusal = UpgradeResponse.retryLater(503, "All threads for blocking handlers are in use: try again later (changeover.blocking.max)");
        Rejection rejection = UpgradeResponse.rejection(refusal, verdict().upgradeList(), false);
        if (captured == null || !captured.mayPassThrough()) {
            reject(rejection, Ground.LIMIT, request, response);
            return;
        }
        openRecord = record(explanation(rejection, Ground.LIMIT));
        captured.passThrough(refusal.reason());
    }

    /** Writes a complete response. An error that does not concern this request, such as OutOfMemoryError, is thrown again. */
    private void rejectFailed(Throwable failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Rejection rejection = UpgradeResponse.rejection(new Decision.Refuse(500, "The server failed to upgrade the connection."), List.of(), true);
        if (failure instanceof VirtualMachineError fatal) {
            record(explanation(rejection, Ground.STAYED_HTTP));
            throw fatal;
        }
        reject(rejection, Ground.STAYED_HTTP, request, response);
    }

    private UpgradeProtocol protocol() {
        return verdict().protocol().orElseThrow();
    }

    // Records

    /** Logs the decision and records it. */
    private EventRecorder.DecisionEntry record(Explanation explanation) {
        // DEBUG for a switch: it is as frequent as a response, and logging it costs more than making it
        System.Logger.Level level = explanation.outcome() == Explanation.Outcome.REFUSED ? System.Logger.Level.INFO : System.Logger.Level.DEBUG;
        if (DECISIONS.isLoggable(level)) DECISIONS.log(level, explanation.toString());
        return store(explanation);
    }

    /** Records a request that stays HTTP although its switch was decided. It was already logged. */
    private void recordAsHttp(String reason) {
        openRecord = store(verdict().explanation().ignored(Ground.STAYED_HTTP, reason));
    }

    private EventRecorder.DecisionEntry store(Explanation explanation) {
        state = Stage.DECIDED;
        return deployment.internal().contain(verdict()) ? head -> { } : deployment.recorder().decided(request(), explanation, negotiated.took());
    }

    private static ResponseSummary summary(HttpServletResponse response) {
        List<Fields.Line> lines = new ArrayList<>();
        List<String> seen = new ArrayList<>();      // Tomcat returns a name once for each of its lines
        for (String name : response.getHeaderNames()) {
            if (seen.contains(name)) continue;
            seen.add(name);
            for (String value : response.getHeaders(name)) UpgradeRequestReader.addIfValid(lines, name, value);
        }
        return ResponseSummary.of(response.getStatus(), lines);
    }
}
