package io.github.changeover.servlet;

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
 * The first filter of the application. It keeps the body of a request with {@code Upgrade} whole for those behind it, and
 * when all have returned and a switch was agreed, it switches. A request without {@code Upgrade} passes untouched.
 */
public final class OuterFilter implements Filter {
    private static final Decision.Refuse UNREADABLE = new Decision.Refuse(400,
            "This server takes no content with this method: send the request without content.");
    private static final Decision.Refuse NO_MARK = new Decision.Refuse(400,
            "The field " + InnerRequests.FIELD + " is for this server's own requests: send the request without it.");
    private Deployment deployment;
    private String health;      // null: off
    private Logouts logouts;    // null: nobody waits for any
    private InnerRequests inner;        // null: no request comes from within a switched connection

    /** For the container. */
    public OuterFilter() {
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        deployment = Deployment.start(config.getServletContext());
        health = deployment.settings().operating().health().orElse(null);
        logouts = deployment.logouts();
        inner = InnerRequests.in(config.getServletContext()).orElse(null);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        ServletRequest asked = request;
        if (inner != null && request instanceof HttpServletRequest sent) {
            asked = inner.view(sent, response);
            if (asked == null) {
                if (!response.isCommitted()) Refusal.write(NO_MARK, List.of(), true, deployment.container(), sent, (HttpServletResponse) response);
                return;
            }
            if (sent.getDispatcherType() != DispatcherType.REQUEST) {
                chain.doFilter(asked, response);
                return;
            }
        }
        if (health != null && asked instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && OperatorsPage.isAt(health, http)) {
            boolean draining = deployment.application().registry().draining();
            OperatorsPage.write(draining ? 503 : 200, "text/plain;charset=utf-8", draining ? "draining\n" : "up\n", http, answer);
        } else if (asked instanceof HttpServletRequest http && http.getHeader("Upgrade") != null
                && http.getDispatcherType() == DispatcherType.REQUEST && Exchange.of(http).isEmpty()) {
            Exchange exchange = Exchange.on(http);
            Container container = deployment.container();
            if (!container.keepBodyWhole(http)) {
                Refusal.write(UNREADABLE, List.of(), true, container, http, (HttpServletResponse) response);
                return;
            }
            try {
                chain.doFilter(deployment.veils() ? deployment.veil(http) : http, response);
                if (exchange.agreed().isPresent()) {
                    deployment.switching().perform(exchange.agreed().get(), exchange, http, (HttpServletResponse) response);
                } else {
                    container.answered(http);
                }
                exchange.answered(http, (HttpServletResponse) response);
            } finally {
                exchange.release();
            }
        } else if (asked instanceof HttpServletRequest http) {
            HttpSession session = Logouts.session(logouts, http);
            chain.doFilter(asked, response);
            Logouts.tell(logouts, session, http);
        } else {
            chain.doFilter(asked, response);
        }
    }
}
