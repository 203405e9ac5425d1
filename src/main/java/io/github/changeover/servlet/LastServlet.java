package io.github.changeover.servlet;

import jakarta.servlet.GenericServlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * Ends the start: it has no mapping, and is initialised after every other servlet that is loaded on startup. So all listeners, filters and those servlets
 * have offered what they offer.
 */
final class LastServlet extends GenericServlet {
    private static final long serialVersionUID = 1;
    private static final String NAME = "changeover-last", ATTRIBUTE = LastServlet.class.getName();

    /** Where the container does not take it, the start ends with the last listener. */
    static void register(ServletContext context) {
        try {
            ServletRegistration.Dynamic last = context.addServlet(NAME, new LastServlet());
            if (last == null) return;
            last.setLoadOnStartup(Integer.MAX_VALUE);
            last.setAsyncSupported(true);
            context.setAttribute(ATTRIBUTE, true);
        } catch (IllegalStateException | UnsupportedOperationException late) {
            System.getLogger("io.github.changeover").log(System.Logger.Level.DEBUG, "The start ends with the last listener", late);
        }
    }

    static boolean isIn(ServletContext context) {
        return context.getAttribute(ATTRIBUTE) != null;
    }

    @Override
    public void init(ServletConfig config) throws ServletException {
        super.init(config);
        Deployment.start(config.getServletContext()).started();
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) {
        throw new IllegalStateException("This servlet serves nothing: it only ends the start of Changeover");
    }
}
