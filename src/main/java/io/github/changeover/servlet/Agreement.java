package io.github.changeover.servlet;

import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.capture.BufferedContent;
import io.github.changeover.servlet.capture.CaptureOutcome;
import io.github.changeover.servlet.capture.CapturedBody;
import io.github.changeover.servlet.capture.CapturedRequest;
import io.github.changeover.servlet.capture.CapturedResponse;
import io.github.changeover.servlet.capture.RequestMemory;
import io.github.changeover.spi.Decision;
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
import java.util.List;
import java.util.Optional;

/**
 * Performs the steps between the decision to switch and the return of the filters. Reads the content of the request to its end. If the new protocol
 * responds to the original request, captures the response of the application. If a step fails, the client gets an HTTP response.
 */
record Agreement(Deployment deployment, NegotiatedRequest considered, Decision.Switch change, Exchange exchange) {
    private static final System.Logger LOG = System.getLogger(Agreement.class.getName());

    void reach(HttpServletRequest http, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        UpgradeProtocol protocol = verdict().protocol().orElseThrow();
        if (response.isCommitted() || http.isAsyncStarted()) {
            String done = response.isCommitted() ? "begun the answer to" : "gone asynchronous with";
            LOG.log(System.Logger.Level.WARNING, "A filter has {0} {1} {2}: it stays HTTP", done, http.getMethod(), request().printablePath());
            staysHttp("a filter has " + done + " it", http, response, chain);
            return;
        }
        if (request().hasContent() && !deployment.container().requestRepair().contentEndsWithFraming(http)) {
            staysHttp("the container does not show where its content ends", http, response, chain);
            return;
        }
        if (protocol.answersOriginalRequest() && inParts()) {
            staysHttp("the application may want the content in its parts, which only the container can make", http, response, chain);
            return;
        }
        RequestMemory memory = exchange.memory(deployment.application(considered).memory());
        BufferedContent read = BufferedContent.read(http, request(), deployment.settings(), deployment.container().requestRepair(), memory);
        if (read instanceof BufferedContent.Refused refused) {
            exchange.recorded(deployment.record(considered, refused.refusal(), refused.ground()));
            exchange.release();
            if (refused.refusal().status() == 400 || refused.refusal().status() == 408) deployment.container().requestRepair().abandonContent(http);
            // Tomcat itself responds to an exception of a read, and would show its stack trace.
            if (response.isCommitted()) http.removeAttribute(RequestDispatcher.ERROR_EXCEPTION);
            else Refusal.write(refused.refusal(), verdict().upgradeList(), true, deployment.container().requestRepair(), http, response);
            return;
        }
        byte[] content = ((BufferedContent.Bytes) read).bytes();
        if (protocol.answersOriginalRequest()) {
            answerFirst(content, http, response, chain);
        } else {
            withoutAnswer(content, http, response);
        }
    }

    /**
     * Calls the application once and captures its response. A response that cannot be sent over the new protocol is sent as HTTP. If an upgrade is
     * required on the path, it is replaced by a 500.
     */
    private void answerFirst(byte[] content, HttpServletRequest http, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        CapturedBody body = new CapturedBody(deployment.settings().maxCapture(), deployment.overflow(), exchange.memory(deployment.application(considered).memory()));
        exchange.hold(body::close);
        CapturedResponse captured = new CapturedResponse(response, body, http.getServletContext().getResponseCharacterEncoding(), !verdict().required());
        chain.doFilter(new CapturedRequest(http, captured, request().hasContent() ? Optional.of(content) : Optional.empty()), captured);
        if (http.isAsyncStarted()) captured.passThrough("the application answers asynchronously");
        CaptureOutcome outcome = captured.outcome();
        if (outcome instanceof CaptureOutcome.Complete whole) {
            OriginalResponse owed = owed(whole.response());
            if (owed.body() != body) body.close();      // its content is never read
            agree(content, Optional.of(owed), refusal -> {
                if (captured.mayPassThrough()) captured.passThrough(refusal.reason());
                else refuse(refusal, http, response);
            });
        } else if (outcome instanceof CaptureOutcome.PassedThrough passed) {
            staysHttp(passed.reason());
        } else if (outcome instanceof CaptureOutcome.Discarded withheld) {
            exchange.release();
            deployment.refusedInsteadOfHttp(considered, 500, withheld.reason(), http, response);
        }
    }

    /** Returns the response that the new protocol sends. A container drops the content of a response to HEAD; so does the new protocol. */
    private OriginalResponse owed(OriginalResponse answer) {
        return request().method().equals("HEAD") ? new OriginalResponse(answer.status(), answer.fields(), new byte[0]) : answer;
    }

    /** Lets the application respond over HTTP. If an upgrade is required on the path, rejects the request with 426 instead. */
    private void staysHttp(String reason, HttpServletRequest http, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        exchange.release();
        if (deployment.refusedInsteadOfHttp(considered, 426, reason, http, response)) return;
        staysHttp(reason);
        chain.doFilter(http, response);
    }

    private void staysHttp(String reason) {
        LOG.log(System.Logger.Level.INFO, "{0} {1} stays HTTP: {2}", request().method(), request().printablePath(), reason);
        exchange.recorded(deployment.stays(considered, reason));
    }

    private UpgradeRequest request() {
        return considered.request();
    }

    private Verdict verdict() {
        return considered.verdict();
    }

    private void agree(byte[] content, Optional<OriginalResponse> original, Exchange.No no) {
        SwitchContext context = new SwitchContext(request(), verdict().token().orElseThrow(), content, original);
        exchange.agree(new Exchange.Pending(deployment, considered, change, context, no));
    }

    /** Reserves a connection under the connection limits. If a limit is reached, writes the rejection and returns it. */
    Optional<Decision.Refuse> admit(HttpServletRequest http, HttpServletResponse response) throws IOException {
        Admission admission = Admission.of(considered, deployment.application(considered).registry(), deployment.places(considered));
        if (admission instanceof Admission.Granted granted) {
            exchange.hold(granted.place());
            return Optional.empty();
        }
        Admission.Denied denied = (Admission.Denied) admission;
        exchange.recorded(deployment.record(considered, denied.refusal(), denied.ground()));
        Refusal.write(denied.refusal(), List.of(), false, deployment.container().requestRepair(), http, response);
        return Optional.of(denied.refusal());
    }

    /** Agrees on a switch without a response of the application, for a protocol that does not respond to the original request. */
    void withoutAnswer(byte[] content, HttpServletRequest http, HttpServletResponse response) {
        agree(content, Optional.empty(), refusal -> refuse(refusal, http, response));
    }

    /** Releases what is held before the response is written, because the client may send its next request as soon as it has the response. */
    private void refuse(Decision.Refuse refusal, HttpServletRequest http, HttpServletResponse response) throws IOException {
        exchange.release();
        Refusal.write(refusal, verdict().upgradeList(), false, deployment.container().requestRepair(), http, response);
    }

    private boolean inParts() {
        return request().hasContent() && request().fields().first("Content-Type").orElse("").strip().regionMatches(true, 0, "multipart/form-data", 0, 19);
    }
}
