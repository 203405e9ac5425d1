package io.github.changeover.spring;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.WebApplicationContext;

/** The actuator endpoint {@code changeover} and the health contributor of the same name. */
@AutoConfiguration(after = ChangeoverAutoConfiguration.class)
@ConditionalOnBean(ChangeoverShutdown.class)
public final class ChangeoverActuatorAutoConfiguration {
    /** Called by Spring. */
    public ChangeoverActuatorAutoConfiguration() {
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class Operations {
        @Bean
        @ConditionalOnAvailableEndpoint(endpoint = ChangeoverEndpoint.class)
        ChangeoverEndpoint changeoverEndpoint(WebApplicationContext application) {
            return new ChangeoverEndpoint(application);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    static class Contributor {
        @Bean
        @ConditionalOnEnabledHealthIndicator("changeover")
        HealthIndicator changeoverHealthIndicator(WebApplicationContext application) {
            return new ChangeoverHealthIndicator(application);
        }
    }
}
