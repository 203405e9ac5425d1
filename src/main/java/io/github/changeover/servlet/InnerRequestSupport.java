package io.github.changeover.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestListener;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What can be done for requests inside switched connections beneath the Servlet API of one container. Internal: found by {@link ServiceLoader}, one for
 * each container in {@code io.github.changeover.servlet.container}; where none fits, {@link Portable} serves.
 */
public interface InnerRequestSupport {
    /** Whose a path is: another application's, or one that the container might read as another path; unknown where the container cannot be asked at all. */
    enum Owner { THIS_APPLICATION, ANOTHER, UNKNOWN }

    /** What of a request shows the client after {@link #rewrite}, to whoever has the container's own request. */
    enum Rewritten { NOTHING, ALL_BUT_PROTOCOL, ALL }

    /** Prepares for an application; false where this is another container, or not as known. Loads none of the container's classes elsewhere. Called first, once. */
    boolean supports(ServletContext context);

    /** Which application the container gives the request to. From any thread. */
    Owner owner(InnerTarget target);

    /** Has the listener called before every listener of the application, once, even if it was registered before; false where that is not possible. */
    default boolean listenFirst(ServletRequestListener listener) {
        return false;
    }

    /**
     * Changes the container's own request to one that comes from the client, and removes the mark: before anything of the application sees it.
     *
     * @param origin of a request whose mark is not known: one that has no address
     */
    default Rewritten rewrite(ServletRequest request, InnerOrigin origin) {
        return Rewritten.NOTHING;
    }

    /** The one for the container of the application. */
    static InnerRequestSupport of(ServletContext context) {
        for (ServiceLoader.Provider<InnerRequestSupport> provider
                : ServiceLoader.load(InnerRequestSupport.class, InnerRequestSupport.class.getClassLoader()).stream().toList()) {
            try {
                InnerRequestSupport support = provider.get();
                if (support.supports(context)) return support;
            } catch (ServiceConfigurationError | LinkageError elsewhere) {
                System.getLogger(InnerRequestSupport.class.getName()).log(System.Logger.Level.DEBUG, "Not this container", elsewhere);
            }
        }
        return new Portable(context);
    }

    /** With the Servlet API alone: {@code getContext} answers null for the paths of other applications, or their contexts. */
    final class Portable implements InnerRequestSupport {
        private final ServletContext context;

        Portable(ServletContext context) {
            this.context = context;
        }

        @Override
        public boolean supports(ServletContext application) {
            return true;
        }

        /** A container that does not know the application's own root cannot be asked, or has a newer version of the application. */
        @Override
        public Owner owner(InnerTarget target) {
            try {
                if (isThis(context.getContext(target.path()))) return Owner.THIS_APPLICATION;
                return isThis(context.getContext(context.getContextPath() + "/")) ? Owner.ANOTHER : Owner.UNKNOWN;
            } catch (RuntimeException odd) {
                return Owner.ANOTHER;
            }
        }

        private boolean isThis(ServletContext found) {
            return found != null && InnerRequests.in(context).equals(InnerRequests.in(found));
        }
    }
}
