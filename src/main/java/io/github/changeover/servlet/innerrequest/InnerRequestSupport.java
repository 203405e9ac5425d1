package io.github.changeover.servlet.innerrequest;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestListener;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Support for inner requests (requests inside switched connections) that uses the classes of one container below the Servlet
 * API. Internal: found by {@link ServiceLoader}, one implementation each for Tomcat and
 * for Payara and GlassFish, in {@code io.github.changeover.servlet.tomcat} and {@code io.github.changeover.servlet.payara}. If none fits,
 * {@link ServletApiOnly} is used.
 */
public interface InnerRequestSupport {
    /**
     * The application that a path belongs to. {@code ANOTHER} also for a path that the container might normalize to another path; {@code UNKNOWN} if
     * the container cannot be queried.
     */
    enum Owner { THIS_APPLICATION, ANOTHER, UNKNOWN }

    /** Which properties of the container's own request refer to the client after {@link #rewrite}. */
    enum Rewritten { NOTHING, ALL_BUT_PROTOCOL, ALL }

    /**
     * Prepares for an application. Returns false in another container, or if the version of the container is unknown. In another container, none of
     * the container's classes is loaded. Called first, once.
     */
    boolean supports(ServletContext context);

    /** Returns which application the container dispatches the request to. May be called from any thread. */
    Owner owner(InnerTarget target);

    /**
     * Registers a listener that is called once for each request, before every listener of the application. If it is already registered, it is moved
     * to the first position. Returns false if that is not possible.
     */
    default boolean listenFirst(ServletRequestListener listener) {
        return false;
    }

    /**
     * Changes the container's own request into a request from the client, and removes the mark. Called before any code of the application sees the
     * request.
     *
     * @param origin for a request with an unknown mark: an origin without an address
     */
    default Rewritten rewrite(ServletRequest request, InnerRequestOrigin origin) {
        return Rewritten.NOTHING;
    }

    /** Returns the implementation for the container of the application. */
    static InnerRequestSupport of(ServletContext context) {
        for (ServiceLoader.Provider<InnerRequestSupport> provider
                : ServiceLoader.load(InnerRequestSupport.class, InnerRequestSupport.class.getClassLoader()).stream().toList()) {
            try {
                InnerRequestSupport support = provider.get();
                if (support.supports(context)) return support;
            } catch (ServiceConfigurationError | LinkageError otherContainer) {
                System.getLogger(InnerRequestSupport.class.getName()).log(System.Logger.Level.DEBUG, "Support for another container cannot be loaded", otherContainer);
            }
        }
        return new ServletApiOnly(context);
    }

    /** Uses only the Servlet API. {@code getContext} may return null or the context of another application for a path of another application. */
    final class ServletApiOnly implements InnerRequestSupport {
        private final ServletContext context;

        ServletApiOnly(ServletContext context) {
            this.context = context;
        }

        @Override
        public boolean supports(ServletContext application) {
            return true;
        }

        /**
         * If the container does not return this application for the root of its own context path, it cannot be queried, or it runs a newer version of
         * the application.
         */
        @Override
        public Owner owner(InnerTarget target) {
            try {
                if (isThis(context.getContext(target.path()))) return Owner.THIS_APPLICATION;
                return isThis(context.getContext(context.getContextPath() + "/")) ? Owner.ANOTHER : Owner.UNKNOWN;
            } catch (RuntimeException failure) {
                return Owner.ANOTHER;
            }
        }

        private boolean isThis(ServletContext found) {
            return found != null && InnerRequests.find(context).equals(InnerRequests.find(found));
        }
    }
}
