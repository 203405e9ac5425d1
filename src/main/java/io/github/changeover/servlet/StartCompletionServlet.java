package io.github.changeover.servlet;

import jakarta.servlet.GenericServlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * Completes the start. It has no mapping and is initialized after all other servlets that are loaded on startup, so that all listeners, filters and
 * those servlets have made their offers.
 */
final class StartCompletionServlet extends GenericServlet {
    private static final long serialVersionUID = 1;
    private static final String NAME = "changeover-last", ATTRIBUTE = StartCompletionServlet.class.getName();

    /** Registers the servlet. If the container does not allow that, the start ends with the last listener. */
    static void register(ServletContext context) {
        try {
            ServletRegistration.Dynamic last = context.addServlet(NAME, new StartCompletionServlet());
            if (last == null) return;
            last.setLoadOnStartup(Integer.MAX_VALUE);
            last.setAsyncSupported(true);
            context.setAttribute(ATTRIBUTE, true);
        } catch (IllegalStateException | UnsupportedOperationException late) {
            System.getLogger("io.github.changeover").log(System.Logger.Level.DEBUG, "No servlet can be registered: the start of the application ends with the last listener", late);
        }
    }

    static boolean isIn(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) != null;
    }

    @Override
    public void init(ServletConfig config) throws ServletException {
        super.init(config);
        Deployment.start(config.getServletContext()).currentRules().started();
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) {
        throw new IllegalStateException("This servlet accepts no requests: it only marks the end of the start of Changeover");
    }
}
