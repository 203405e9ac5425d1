package io.github.changeover.servlet.edge;

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
 * <p>Connections are switched only on a container that an implementation of {@code Container} identifies and whose classes match it. On any other
 * container, {@code upgrade()} of the Servlet API may mix the bytes of two protocols. Therefore nothing is offered there unless the operator allows
 * it.
 */
public final class ContainerSupport {
    private static final String SUPPORTED = "Supported are Apache Tomcat 10.1 and 11 (alone, embedded, in Spring Boot, in TomEE) and Payara 6 and 7.";
    private final Container container;
    private final String off;           // why nothing is offered, for the client; null if connections are switched
    private final String warning;       // for the log, or null

    private ContainerSupport(Container container, String off, String warning) {
        this.container = container;
        this.off = off;
        this.warning = warning;
    }

    /** The implementation for a container and how it fits. */
    private record Found(Container container, Container.Fit fit) {
    }

    /** @throws SettingValues.Wrong if the value is not allowed */
    public static ContainerSupport of(ServletContext context, SettingValues settings) {
        String mode = Settings.container(settings);
        Found found = find(context).orElse(null);
        Container container = found == null ? new Container.Plain() : found.container;
        if (mode.equals("off")) return new ContainerSupport(container, "All protocols are off (" + Settings.CONTAINER + "=off).", null);
        String behind = context.getClass().getName() + " (" + context.getServerInfo() + ")";
        boolean unchecked = mode.equals("unchecked");
        if (found == null) return unchecked ? unchecked(context, container, behind) : unsupported(container, "This container is not supported: " + behind);
        String why = found.fit.why();
        return switch (found.fit.level()) {
            case SERVLET_EDGE -> new ContainerSupport(container, null, "The container's own edge does not fit " + behind + ": " + why
                    + ". The servlet edge serves; a connection to a stalled client cannot be aborted there, and bytes that arrive while another thread has the handler may wait for the next ones.");
            case UNSUITABLE -> unchecked ? new ContainerSupport(container, null, behind + " is not as known: " + why + ". It serves all the same (" + Settings.CONTAINER + "=unchecked).")
                    : unsupported(container, "This container is not as known: " + behind + ": " + why);
            default -> new ContainerSupport(container, null, null);
        };
    }

    private static ContainerSupport unsupported(Container container, String found) {
        return new ContainerSupport(container, "Its container is not supported (" + Settings.CONTAINER + ").", found + ". " + SUPPORTED
                + " No protocol is offered, requests pass untouched, and paths that are required are answered 503. "
                + Settings.CONTAINER + "=unchecked serves all the same, " + Settings.CONTAINER + "=off only silences this.");
    }

    /**
     * Makes the support for an unchecked container. The inner filter is mapped to a path there, so a filter that is mapped to names of servlets would
     * run after the decision. If there is such a filter, nothing is offered.
     */
    private static ContainerSupport unchecked(ServletContext context, Container container, String behind) {
        List<String> behindOurs = new ArrayList<>();
        try {
            context.getFilterRegistrations().forEach((name, filter) -> {
                if (!name.startsWith("changeover-") && !filter.getServletNameMappings().isEmpty()) behindOurs.add(name);
            });
        } catch (UnsupportedOperationException declaredByHand) {
            // not allowed in a listener that code has added; web.xml then maps the filters
        }
        if (!behindOurs.isEmpty()) {
            return new ContainerSupport(container, "Its container is not supported (" + Settings.CONTAINER + ").", "The filters " + behindOurs + " are mapped to the names of servlets. On "
                    + behind + ", which is not supported, they would run after the decision to upgrade, and be passed by: no protocol is offered. Map them to paths.");
        }
        return new ContainerSupport(container, null, behind + " is not supported. It serves all the same (" + Settings.CONTAINER + "=unchecked): bytes may be lost, doubled or taken for HTTP.");
    }

    private static Optional<Found> find(ServletContext context) {
        for (ServiceLoader.Provider<Container> provider : ServiceLoader.load(Container.class, ContainerSupport.class.getClassLoader()).stream().toList()) {
            try {
                Container container = provider.get();
                Container.Fit fit = container.identify(context);
                if (fit.level() != Container.Fit.Level.OTHER) return Optional.of(new Found(container, fit));
            } catch (ServiceConfigurationError | LinkageError elsewhere) {
                System.getLogger("io.github.changeover").log(System.Logger.Level.DEBUG, "Not this container", elsewhere);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns whether connections are switched in this application. Initializers call it before the application has started. Also returns
     * {@code false} if the settings cannot be read; that stops the deployment later.
     */
    public static boolean switches(ServletContext context) {
        try {
            return of(context, SettingValues.of(context)).off == null;
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    /** Returns whether the inner filter can be mapped after all others. Needs no setting. */
    public static boolean mapsEveryServletByName(ServletContext context) {
        return find(context).map(found -> found.container.mapsEveryServletByName()).orElse(false);
    }

    public Container container() {
        return container;
    }

    /** Returns why nothing is offered, as a sentence for the client that names the setting; empty if connections are switched. */
    public Optional<String> off() {
        return Optional.ofNullable(off);
    }

    /** Returns the warning for the log at the start. */
    public Optional<String> warning() {
        return Optional.ofNullable(warning);
    }
}
