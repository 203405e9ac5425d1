package io.github.changeover.servlet.adapter;

import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * Determines the container of the application and whether connections are switched there ({@code changeover.container}). Internal.
 *
 * <p>Connections are switched only on a container that an adapter identifies and whose classes match the adapter. On any other container,
 * {@code upgrade()} of the Servlet API may mix the bytes of two protocols. Therefore no protocol is offered there unless the operator allows it.
 */
public final class ContainerSupport {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final String NOT_SUPPORTED = "The container of this application is not supported (" + Settings.CONTAINER + ").";

    private final Container container;
    private final String reasonForOff;  // why no protocol is offered, for the client; null if connections are switched
    private final String warning;       // for the log, or null
    private final boolean eventLoops;
    private final boolean supported;

    private ContainerSupport(Container container, String reasonForOff, String warning) {
        this(container, reasonForOff, warning, true, true);
    }

    private ContainerSupport(Container container, String reasonForOff, String warning, boolean eventLoops, boolean supported) {
        this.container = container;
        this.reasonForOff = reasonForOff;
        this.warning = warning;
        this.eventLoops = eventLoops;
        this.supported = supported;
    }

    /** @throws SettingValues.InvalidSettingException if the value of {@code changeover.container} is not allowed */
    public static ContainerSupport of(ServletContext context, SettingValues settings) {
        String mode = Settings.container(settings);
        Optional<Identified> identified = identify(context);
        Container container = identified.map(Identified::container).orElseGet(Container.Plain::new);
        if (mode.equals("off")) return new ContainerSupport(container, "All protocols are disabled (" + Settings.CONTAINER + "=off).", null);

        boolean unchecked = mode.equals("unchecked");
        String runningContainer = context.getClass().getName() + " (" + context.getServerInfo() + ")";
        if (identified.isEmpty()) return unchecked ? uncheckedContainer(context, container, runningContainer) : unsupported(container, runningContainer);

        Container.Fit fit = identified.get().fit();
        return switch (fit.level()) {
            case COMPLETE, OTHER_CONTAINER -> new ContainerSupport(container, null, null);
            case WITHOUT_EVENT_LOOPS -> withoutEventLoops(container, runningContainer, fit.reason());
            case SERVLET_API_ONLY -> servletApiOnly(container, runningContainer, fit.reason());
            case UNSUPPORTED_VERSION -> unchecked ? uncheckedVersion(context, container, runningContainer, fit.reason()) : unsupported(container, runningContainer + ". " + fit.reason());
        };
    }

    /** An adapter and how it fits the running container. */
    private record Identified(Container container, Container.Fit fit) {
    }

    /** Returns the first adapter that identifies the container; empty if the container is unknown. */
    private static Optional<Identified> identify(ServletContext context) {
        for (ServiceLoader.Provider<Container> provider : ServiceLoader.load(Container.class, ContainerSupport.class.getClassLoader()).stream().toList()) {
            try {
                Container container = provider.get();
                Container.Fit fit = container.identify(context);
                if (fit.level() != Container.Fit.Level.OTHER_CONTAINER) return Optional.of(new Identified(container, fit));
            } catch (ServiceConfigurationError | LinkageError otherContainer) {
                LOG.log(System.Logger.Level.DEBUG, "An adapter for another container cannot be loaded", otherContainer);
            }
        }
        return Optional.empty();
    }

    private static ContainerSupport withoutEventLoops(Container container, String running, String reason) {
        return new ContainerSupport(container, null, reason + "; not using event loops (" + Settings.LOOPS + "). Container: " + running
                + ". Connections work on the threads of the container, which need more processor time for each message.", false, true);
    }

    private static ContainerSupport servletApiOnly(Container container, String running, String reason) {
        return new ContainerSupport(container, null, reason + "; using the Servlet API only. Container: " + running + ". A connection to a stalled client cannot be aborted,"
                + " and bytes that arrive while another thread calls the handler may be delivered together with later bytes only.");
    }

    private static ContainerSupport unsupported(Container container, String running) {
        return new ContainerSupport(container, NOT_SUPPORTED, "This container is not supported: " + running + "."
                + " Supported containers are Apache Tomcat 10.1 and 11 (standalone, embedded, in Spring Boot, in TomEE), Payara 6 and 7, GlassFish 7, and Undertow 2.3 (WildFly)."
                + " No protocol is offered. Ordinary requests are served unchanged, and required paths respond with 503."
                + " Set " + Settings.CONTAINER + "=unchecked to offer protocols anyway, or " + Settings.CONTAINER + "=off to remove this warning.", true, false);
    }

    private static ContainerSupport uncheckedVersion(ServletContext context, Container container, String running, String reason) {
        return filtersThatRunTooLate(context, container, running)
                .orElseGet(() -> new ContainerSupport(container, null, reason + "; " + container.name() + " (" + Settings.CONTAINER + "=unchecked). Container: " + running + "."));
    }

    private static ContainerSupport uncheckedContainer(ServletContext context, Container container, String running) {
        return filtersThatRunTooLate(context, container, running)
                .orElseGet(() -> new ContainerSupport(container, null, "This container is not supported; using the Servlet API only (" + Settings.CONTAINER + "=unchecked). Container: " + running
                        + ". Bytes may be lost, duplicated or treated as HTTP."));
    }

    /**
     * If the inner filter is mapped to a path, a filter that is mapped to names of servlets would run after the decision. If there is such a filter, no protocol
     * is offered.
     */
    private static Optional<ContainerSupport> filtersThatRunTooLate(ServletContext context, Container container, String running) {
        List<String> laterFilters = container.mapsEveryServletByName() ? List.of() : filtersMappedToServletNames(context);
        if (laterFilters.isEmpty()) return Optional.empty();
        return Optional.of(new ContainerSupport(container, NOT_SUPPORTED, "No protocol is offered, because the filters " + laterFilters + " are mapped to the names of servlets."
                + " In the unsupported container " + running + " they would run after the decision to upgrade, and an upgrade would bypass them. Map them to URL patterns."));
    }

    private static List<String> filtersMappedToServletNames(ServletContext context) {
        List<String> names = new ArrayList<>();
        try {
            context.getFilterRegistrations().forEach((name, filter) -> {
                if (!name.startsWith("changeover-") && !filter.getServletNameMappings().isEmpty()) names.add(name);
            });
        } catch (UnsupportedOperationException inProgrammaticListener) {
            // not allowed in a listener that was added by code; web.xml then maps the filters
        }
        return names;
    }

    /**
     * Returns whether connections are switched in this application. Initializers call it before the application has started. Also returns
     * {@code false} if the settings cannot be read; that stops the deployment later.
     */
    public static boolean switches(ServletContext context) {
        try {
            return of(context, SettingValues.of(context)).reasonForOff == null;
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    /** Disables the WebSocket engine of the container, if it does not start beside that of Changeover. Needs no setting. */
    public static void disableWebSocketEngine(ServletContext context) {
        identify(context).ifPresent(identified -> identified.container.disableWebSocketEngine(context));
    }

    /** Returns whether the inner filter can be mapped after all others. Needs no setting. */
    public static boolean mapsEveryServletByName(ServletContext context) {
        return identify(context).map(identified -> identified.container.mapsEveryServletByName()).orElse(false);
    }

    public Container container() {
        return container;
    }

    /** Returns why no protocol is offered, as a sentence for the client that names the setting; empty if connections are switched. */
    public Optional<String> reasonForOff() {
        return Optional.ofNullable(reasonForOff);
    }

    /** Returns why the container is not supported; empty if it is, or if the setting decides otherwise. */
    public Optional<String> reasonForNoSupport() {
        return supported ? Optional.empty() : warning();
    }

    /** Returns whether connections can use event loops. */
    public boolean eventLoops() {
        return eventLoops;
    }

    /** Returns the warning for the log at the start. */
    public Optional<String> warning() {
        return Optional.ofNullable(warning);
    }
}
