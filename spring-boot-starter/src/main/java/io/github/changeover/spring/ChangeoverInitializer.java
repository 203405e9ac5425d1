package io.github.changeover.spring;

import io.github.changeover.Changeover;
import io.github.changeover.servlet.Installation;
import io.github.changeover.spi.CallerContext;
import io.github.changeover.spi.Gate;
import io.github.changeover.spring.ChangeoverAutoConfiguration.MeterRegistryStore;
import jakarta.servlet.ServletContext;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** Installs Changeover in the servlet context, before the filters of the application are registered. */
final class ChangeoverInitializer implements ServletContextInitializer, Ordered {
    private final Environment environment;
    private final ConfigurableListableBeanFactory beans;
    private final UpgradeEndpointClasses endpoints;
    private final ObjectProvider<MeterRegistryStore> meters;
    private final ObjectProvider<CallerContext> callers;

    ChangeoverInitializer(Environment environment, ConfigurableListableBeanFactory beans, UpgradeEndpointClasses endpoints, ObjectProvider<MeterRegistryStore> meters,
                          ObjectProvider<CallerContext> callers) {
        this.environment = environment;
        this.beans = beans;
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
        meters.ifAvailable(store -> store.store(context));
        SpringInstances instances = new SpringInstances(beans);
        Map<String, String> settings = ChangeoverSettings.read(environment);
        nameRelay(settings, context);
        Installation installation = new Installation().settings(settings).instances(instances).endpoints(endpoints.all(beans, beans.getBeanClassLoader()));
        callers.ifAvailable(installation::callers);
        installation.install(context);
        Changeover changeover = Changeover.of(context);
        instances.beans(Gate.class).forEach(changeover::gate);
        instances.beans(ChangeoverCustomizer.class).forEach(customizer -> customizer.customize(changeover));
    }

    /** By default, the channels of a relay have the name of the application: the display name, which Changeover would use, is the same in all applications with Spring Boot. */
    private void nameRelay(Map<String, String> settings, ServletContext context) {
        String name = environment.getProperty("spring.application.name", "").strip();
        if (settings.containsKey("changeover.relay") && !name.isEmpty()) settings.putIfAbsent("changeover.relay.name", name + context.getContextPath());
    }
}
