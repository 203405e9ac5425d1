package io.github.changeover.servlet;

import io.github.changeover.http.MediaType;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.spi.Decision;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.List;

/**
 * The first filter of the application. For an HTTP/1 request with {@code Upgrade}, it makes the content end where its framing ends, if the container
 * does not. When all filters have returned, it performs an agreed switch. It also serves the health resource and checks the marks of inner requests.
 * Every other request passes unchanged.
 */
public final class OuterFilter implements Filter {
    private static final UpgradeResponse.Rejection REJECTION_WITHOUT_MARK = UpgradeResponse.rejection(new Decision.Refuse(400,
            "The field " + InnerRequests.FIELD + " is reserved for requests from this server itself: remove it from the request."), List.of(), true);
    private Deployment deployment;
    private String health;      // null: off
    private LogoutListener logouts;    // null: no library listens for logouts
    private InnerRequests inner;        // null: no inner requests exist

    /** Called by the container. */
    public OuterFilter() {
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        deployment = Deployment.start(config.getServletContext());
        health = deployment.settings().operating().health().orElse(null);
        logouts = deployment.logouts();
        inner = InnerRequests.find(config.getServletContext()).orElse(null);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        ServletRequest passedOn = request;
        if (inner != null && request instanceof HttpServletRequest sent) {
            passedOn = inner.requestFor(sent, response);
            if (passedOn == null) {
                if (!response.isCommitted()) RejectionResponse.write(REJECTION_WITHOUT_MARK, deployment.container().requestRepair(), sent, (HttpServletResponse) response);
                return;
            }
            if (sent.getDispatcherType() != DispatcherType.REQUEST) {
                chain.doFilter(passedOn, response);
                return;
            }
        }
        if (health != null && passedOn instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && TextResource.isAt(health, http)) {
            boolean draining = deployment.resources().registry().draining();
            TextResource.write(draining ? 503 : 200, MediaType.PLAIN_TEXT, draining ? "draining\n" : "up\n", http, answer);
        } else if (passedOn instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && mayUpgrade(http)) {
            attemptUpgrade(http, answer, chain);
        } else if (passedOn instanceof HttpServletRequest http) {
            HttpSession session = LogoutListener.session(logouts, http);
            chain.doFilter(passedOn, response);
            LogoutListener.publish(logouts, session, http);
        } else {
            chain.doFilter(passedOn, response);
        }
    }

    private boolean mayUpgrade(HttpServletRequest request) {
        return request.getHeader("Upgrade") != null && deployment.offers() && request.getDispatcherType() == DispatcherType.REQUEST && UpgradeAttempt.of(request).isEmpty();
    }

    private void attemptUpgrade(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        UpgradeAttempt attempt = UpgradeAttempt.begin(request, deployment);
        // HTTP/2 has no Upgrade (RFC 9113 section 8.6), and in HTTP/1.0 it is ignored (RFC 9110 section 7.8).
        HttpServletRequest repaired = request.getProtocol().startsWith("HTTP/1.") ? deployment.container().requestRepair().repair(request) : request;
        boolean maySwitch = request.getProtocol().equals("HTTP/1.1") && deployment.maySwitch(request);
        try {
            chain.doFilter(deployment.hidesHeaders() ? deployment.hideHeaders(repaired) : repaired, maySwitch ? new UncommittedResponse(response, attempt) : response);
            attempt.complete(request, response);
        } finally {
            attempt.close();
        }
    }
}
