package io.github.changeover.servlet;

import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import java.util.EnumSet;

/**
 * Registers the two filters around those of the application, starts Changeover, and stops it with the application.
 *
 * <p>{@link EndpointScan} adds this listener. A listener that an initializer adds starts after every declared one. Therefore the inner filter is
 * mapped after everything that initializers and listeners have added. It is also destroyed before them, while the application can still send its last
 * messages. An application that excludes the fragment by {@code absolute-ordering} declares the listener in web.xml.
 */
public final class Startup implements ServletContextListener {
    private static final String OUTER = "changeover-outer";
    private static final String INNER = "changeover-inner";
    private static final String ADDED = Startup.class.getName();
    private static final EnumSet<DispatcherType> REQUESTS = EnumSet.of(DispatcherType.REQUEST);
    /** Dispatches that start with the container's own request again. For other dispatches the application passes on its current request. */
    private static final EnumSet<DispatcherType> LATER = EnumSet.of(DispatcherType.ASYNC, DispatcherType.ERROR);
    private final ServletContext initializers;      // null: this listener is declared in web.xml
    private final Filters filters;

    /** For web.xml. It must be the last listener there. */
    public Startup() {
        this(null, null);
    }

    private Startup(ServletContext initializers, Filters filters) {
        this.initializers = initializers;
        this.filters = filters;
    }

    /**
     * Adds the listener after all others. A listener of an initializer must not register filters (Servlet section 4.4). Therefore the filters are
     * registered now and mapped when the listener runs.
     */
    static void add(ServletContext context) {
        Filters filters = Filters.register(context);
        filters.mapFirst();
        context.setAttribute(ADDED, true);
        try {
            ProtocolLibrary.found().forEach(library -> library.register(context, SettingValues.of(context)));
        } catch (RuntimeException wrong) {
            Deployment.fail(context, wrong);        // reported by the listener, not here: some containers ignore an initializer that throws
        }
        filters.mapInner(context);
        StartCompletionServlet.register(context);
        context.addListener(new Startup(context, filters));
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        boolean declared = initializers == null;
        if (declared && event.getServletContext().getAttribute(ADDED) != null) return;
        ServletContext context = declared ? event.getServletContext() : initializers;
        Filters registered = declared ? Filters.register(context) : filters;
        if (declared) StartCompletionServlet.register(context);
        // Again: of several filters that request the first position, some containers put the earliest request first, others the latest.
        registered.mapFirst();
        registered.mapLast(ContainerSupport.mapsEveryServletByName(context));
        try {
            // Not in the init of a filter: some containers continue without a filter whose init throws.
            Deployment.start(context);
            registered.mapInner(context);
        } catch (ServletException wrong) {
            if (Installation.hasReportedFailure(context)) throw new ReportedFailure(wrong.getMessage());
            throw new IllegalStateException(wrong.getMessage(), wrong.getCause());
        }
    }

    /** Stops the start of a container whose framework has already reported the failure. The container would log a stack trace of its own for it. */
    private static final class ReportedFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        ReportedFailure(String message) {
            super(message, null, false, false);
        }
    }

    /** The two filters; null for one that is declared in web.xml, which keeps its mapping. */
    private record Filters(FilterRegistration.Dynamic outer, FilterRegistration.Dynamic inner) {
        static Filters register(ServletContext context) {
            return new Filters(asynchronous(context.addFilter(OUTER, OuterFilter.class)), asynchronous(context.addFilter(INNER, InnerFilter.class)));
        }

        private static FilterRegistration.Dynamic asynchronous(FilterRegistration.Dynamic filter) {
            if (filter != null) filter.setAsyncSupported(true);
            return filter;
        }

        void mapFirst() {
            if (outer != null) outer.addMappingForUrlPatterns(REQUESTS, false, "/*");
        }

        /** Maps the outer filter to later dispatches, if there can be inner requests, so that the request shows the client on every dispatch. */
        void mapInner(ServletContext context) {
            if (outer != null && InnerRequests.find(context).isPresent()) outer.addMappingForUrlPatterns(LATER, false, "/*");
        }

        /**
         * Maps the inner filter last. Filters that are mapped to names of servlets come after those that are mapped to paths, so the name of every
         * servlet is the last position. A container that does not know this name, such as Liberty, would respond to every request with 404.
         */
        void mapLast(boolean byName) {
            if (inner == null) return;
            if (byName) inner.addMappingForServletNames(REQUESTS, true, "*");
            else inner.addMappingForUrlPatterns(REQUESTS, true, "/*");
        }
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        Deployment.stop(event.getServletContext());
    }
}
