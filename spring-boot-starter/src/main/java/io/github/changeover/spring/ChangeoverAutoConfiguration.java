package io.github.changeover.spring;

import io.github.changeover.Changeover;
import io.github.changeover.spi.CallerContext;
import io.github.changeover.topics.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.WebApplicationContext;

/**
 * Auto-configuration of Changeover in a servlet web application: protocols, checks and {@code @UpgradeEndpoint} classes as beans, topics, settings from
 * the {@code Environment}, drain at shutdown. {@code changeover.enabled=false} turns all of it off.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Changeover.class, ServletContext.class})
@ConditionalOnBooleanProperty(name = ChangeoverSettings.ENABLED, matchIfMissing = true)
@Import(UpgradeEndpointClasses.Registrar.class)
public final class ChangeoverAutoConfiguration {
    /** Called by Spring. */
    public ChangeoverAutoConfiguration() {
    }

    @Bean
    ServletContextInitializer changeoverInitializer(Environment environment, ConfigurableListableBeanFactory beans, UpgradeEndpointClasses endpoints,
                                                    ObjectProvider<MeterRegistryStore> meters, ObjectProvider<CallerContext> callers) {
        return new ChangeoverInitializer(environment, beans, endpoints, meters, callers);
    }

    @Bean
    static UpgradeEndpointCheck changeoverEndpointCheck(ConfigurableListableBeanFactory beans, UpgradeEndpointClasses endpoints) {
        return new UpgradeEndpointCheck(beans, () -> endpoints.all(beans, beans.getBeanClassLoader()));
    }

    @Bean
    @ConditionalOnNotWarDeployment
    static EmbeddedStart changeoverEmbeddedStart() {
        return new EmbeddedStart();
    }

    @Bean
    @ConditionalOnMissingBean
    Topics changeoverTopics(WebApplicationContext application) {
        ServletContext context = application.getServletContext();
        if (context == null) {
            throw new IllegalStateException("Topics belong to the servlet context, and a bean that is made before the web server injects them: inject ObjectProvider<Topics> there");
        }
        return Topics.of(context);
    }

    @Bean
    TopicEventPublisher changeoverTopicEventPublisher(ApplicationEventPublisher publisher) {
        return new TopicEventPublisher(publisher);
    }

    @Bean
    ChangeoverShutdown changeoverShutdown(WebApplicationContext application, Environment environment) {
        Duration timeout = Binder.get(environment).bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                .orElse(Duration.ofSeconds(30));
        return new ChangeoverShutdown(application, timeout);
    }

    /** The SecurityContext in callbacks, if a property asks for it: it costs some time in each callback. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    @ConditionalOnBooleanProperty(ChangeoverSettings.SECURITY_CONTEXT)
    static class Security {
        @Bean
        @ConditionalOnMissingBean(CallerContext.class)
        CallerContext changeoverSecurityContext() {
            return new SecurityContextOfCaller();
        }
    }

    /** Passes the meter registry of the application to Changeover. */
    @FunctionalInterface
    interface MeterRegistryStore {
        void store(ServletContext context);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {
        @Bean
        MeterRegistryStore changeoverMeterRegistry(ObjectProvider<MeterRegistry> registry) {
            return context -> registry.ifAvailable(found -> context.setAttribute(MeterRegistry.class.getName(), found));
        }
    }
}
