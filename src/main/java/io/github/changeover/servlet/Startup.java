package io.github.changeover.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import java.util.EnumSet;

/**
 * Puts the filters around the application's, and ends everything when the application ends.
 *
 * <p>{@link EndpointScan} adds it: a listener of an initializer starts after every declared one, so that the inner filter comes
 * after all that initializers and listeners have added, and ends before them, while the application can still say goodbye. An
 * application that leaves the fragment out by {@code absolute-ordering} declares it by hand.
 */
public final class Startup implements ServletContextListener {
    private static final String OUTER = "changeover-outer";
    private static final String INNER = "changeover-inner";
    private static final String ADDED = Startup.class.getName();
    private static final EnumSet<DispatcherType> REQUESTS = EnumSet.of(DispatcherType.REQUEST);
    /** Dispatches that begin with the container's own request again. On the others the application passes on the request that it has. */
    private static final EnumSet<DispatcherType> LATER = EnumSet.of(DispatcherType.ASYNC, DispatcherType.ERROR);
    private final ServletContext initializers;      // null: this listener is declared by hand
    private final Filters filters;

    /** For web.xml, as the last listener there. */
    public Startup() {
        this(null, null);
    }

    private Startup(ServletContext initializers, Filters filters) {
        this.initializers = initializers;
        this.filters = filters;
    }

    /**
     * Adds the listener behind all others. A listener of an initializer may not ask the context for filters (Servlet section
     * 4.4): so they are registered now, and mapped to their places then.
     */
    static void add(ServletContext context) {
        Filters filters = Filters.register(context);
        filters.mapFirst();
        context.setAttribute(ADDED, true);
        try {
            ProtocolLibrary.found().forEach(library -> library.register(context, SettingValues.of(context)));
        } catch (RuntimeException wrong) {
            Deployment.fail(context, wrong);        // in the listener, not here: some containers go on without an initializer that throws
        }
        filters.mapInner(context);
        LastServlet.register(context);
        context.addListener(new Startup(context, filters));
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        boolean declared = initializers == null;
        if (declared && event.getServletContext().getAttribute(ADDED) != null) return;
        ServletContext context = declared ? event.getServletContext() : initializers;
        Filters mine = declared ? Filters.register(context) : filters;
        if (declared) LastServlet.register(context);
        // Once more: some containers keep the order in which filters asked for the front, others reverse it.
        mine.mapFirst();
        mine.mapLast(ContainerSupport.mapsEveryServletByName(context));
        try {
            // Not in a filter's init: where that throws, some containers go on without the filter.
            Deployment.start(context);
            mine.mapInner(context);
        } catch (ServletException wrong) {
            throw new IllegalStateException(wrong.getMessage(), wrong.getCause());
        }
    }

    /** The two filters; null where one is declared by hand, and stays where it is. */
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

        /** Where requests come from within switched connections, the outer filter shows the client on every dispatch. */
        void mapInner(ServletContext context) {
            if (outer != null && InnerRequests.in(context).isPresent()) outer.addMappingForUrlPatterns(LATER, false, "/*");
        }

        /**
         * Filters mapped to servlets' names come after those mapped to paths: the name of every servlet is the last place. Where that name
         * is not known, as on Liberty, every request would be answered 404.
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
