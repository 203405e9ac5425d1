package io.github.changeover.spring;

import io.github.changeover.Changeover;
import io.github.changeover.servlet.Installation;
import io.github.changeover.spi.CallerContext;
import io.github.changeover.spi.Gate;
import jakarta.servlet.ServletContext;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.Ordered;

/** Installs Changeover in the servlet context, before the filters of the application are registered. */
final class ChangeoverInitializer implements ServletContextInitializer, Ordered {
    private final Supplier<Map<String, String>> settings;
    private final SpringInstances instances;
    private final Supplier<Set<Class<?>>> endpoints;
    private final Consumer<ServletContext> meters;
    private final ObjectProvider<CallerContext> callers;

    /** @param meters stores the meter registry of the application in the servlet context */
    ChangeoverInitializer(Supplier<Map<String, String>> settings, SpringInstances instances, Supplier<Set<Class<?>>> endpoints, Consumer<ServletContext> meters,
                          ObjectProvider<CallerContext> callers) {
        this.settings = settings;
        this.instances = instances;
        this.endpoints = endpoints;
        this.meters = meters;
        this.callers = callers;
    }

    /** The first, so that the outer filter is the first. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void onStartup(ServletContext context) {
        meters.accept(context);
        Installation installation = new Installation().settings(settings.get()).instances(instances).endpoints(endpoints.get());
        callers.ifAvailable(installation::callers);
        installation.install(context);
        Changeover changeover = Changeover.of(context);
        instances.beans(Gate.class).forEach(changeover::gate);
        instances.beans(ChangeoverCustomizer.class).forEach(customizer -> customizer.customize(changeover));
    }
}
