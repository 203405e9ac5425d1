package io.github.changeover.servlet;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.rules.Instances;
import io.github.changeover.servlet.rules.ScannedClasses;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.spi.CallerContext;
import io.github.changeover.spi.InstanceFactory;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Installs Changeover in an application whose initializers the container does not run, or for a framework that has its own settings and instances. Call
 * {@link #install} once, from the framework's own initializer, before the framework adds its filters. Changeover starts with the listeners of the
 * application, or earlier if the framework calls {@link #start}.
 *
 * <p>A framework whose initializer also runs in a container that runs those of Changeover puts a file {@value #DEFERRED} on the class path. Then
 * Changeover's own initializers only store the classes that the container has found, and the application has no Changeover unless the framework installs it.
 */
public final class Installation {
    /** The name of the file that makes Changeover's own initializers leave the installation to a framework. */
    public static final String DEFERRED = "META-INF/changeover/installed-by-framework";

    private static final String CALLERS = CallerContext.class.getName(), REPORTED = Installation.class.getName() + ".failed";

    private final Set<Class<?>> endpoints = new LinkedHashSet<>();
    private Map<String, String> settings;   // null: from the usual sources
    private InstanceFactory instances;      // null: CDI or constructors
    private CallerContext callers;          // null: none

    /**
     * Sets the only source of settings. System properties, environment variables, MicroProfile Config and context parameters are not read then.
     *
     * @param values the values by name, such as {@code changeover.idle}. An unknown name stops the deployment
     */
    public Installation settings(Map<String, String> values) {
        settings = Map.copyOf(values);
        return this;
    }

    /** Sets the factory for instances and beans. By default CDI is used if the application has it, otherwise constructors. */
    public Installation instances(InstanceFactory factory) {
        instances = factory;
        return this;
    }

    /** Sets what callbacks find on their thread because of the user of the request. */
    public Installation callers(CallerContext context) {
        callers = context;
        return this;
    }

    /** Returns the context for callbacks that a framework has set; null if there is none. */
    static CallerContext callers(ServletContext context) {
        return (CallerContext) context.getAttribute(CALLERS);
    }

    /** Adds classes with {@link UpgradeEndpoint}. */
    public Installation endpoints(Collection<Class<?>> classes) {
        endpoints.addAll(classes);
        return this;
    }

    /** Registers the filters and listeners, and Changeover's {@code ServerContainer} if WebSocket is served. Must be called by an initializer. */
    public void install(ServletContext context) {
        if (settings != null) SettingValues.use(context, settings);
        if (instances != null) Instances.use(context, instances);
        if (callers != null) context.setAttribute(CALLERS, callers);
        EndpointScan.store(context, new ScannedClasses(endpoints, Optional.empty()));
        try {
            ProtocolLibrary.found().forEach(library -> library.install(context));
        } catch (RuntimeException wrong) {
            Deployment.fail(context, wrong);        // reported when Changeover starts
        }
        Startup.add(context);
    }

    /**
     * Starts Changeover in this application, if it has not started. Code of the application may offer more protocols afterwards.
     *
     * @throws ServletException if a setting or an offer is not valid; the message contains what to do
     */
    public static void start(ServletContext context) throws ServletException {
        try {
            Deployment.start(context);
        } catch (ServletException wrong) {
            context.setAttribute(REPORTED, true);
            throw wrong;
        }
    }

    /** Returns whether {@link #start} has failed, so that the framework knows the reason. */
    static boolean hasReportedFailure(ServletContext context) {
        return context.getAttribute(REPORTED) != null;
    }

    /** Returns why the container of this application is not supported; empty if it is, or if {@code changeover.container} decides otherwise. */
    public static Optional<String> reasonForNoSupport(ServletContext context) {
        return ContainerSupport.of(context, SettingValues.of(context)).reasonForNoSupport();
    }

    /** Returns whether {@code changeover.container=off} turns all protocols off in this application. */
    public static boolean isOff(ServletContext context) {
        return Settings.container(SettingValues.of(context)).equals("off");
    }

    /** Returns the names of all settings, without those for a path or a protocol. */
    public static Set<String> settingNames() {
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        return new TreeSet<>(Settings.names(found.stream().flatMap(library -> library.settings().stream()).collect(Collectors.toSet())));
    }

    /** Returns the names of the settings that can also be set for a path, as {@code changeover.path.TEMPLATE.idle} for {@code changeover.idle}. */
    public static Set<String> pathSettingNames() {
        List<ProtocolLibrary> found = ProtocolLibrary.found();
        return new TreeSet<>(Settings.pathNames(found.stream().flatMap(library -> library.pathSettings().stream()).collect(Collectors.toSet())));
    }

    /** Returns whether a framework installs Changeover in this application. */
    public static boolean isDeferred(ServletContext context) {
        return context.getClassLoader().getResource(DEFERRED) != null;
    }
}
