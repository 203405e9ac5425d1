package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.topics.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.ServletContext;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.autoconfigure.WebSocketTomcatWebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

@DisplayName("the conditions of the auto-configuration")
class ChangeoverAutoConfigurationTest {
    private static final AutoConfigurations ALL = AutoConfigurations.of(ChangeoverAutoConfiguration.class, ChangeoverWebSocketAutoConfiguration.class,
            ChangeoverActuatorAutoConfiguration.class, EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class);
    private final WebApplicationContextRunner web = new WebApplicationContextRunner().withConfiguration(ALL).withUserConfiguration(TomcatEngine.class);

    /** As Spring Boot registers Tomcat's WebSocket engine. */
    @Configuration
    static class TomcatEngine {
        @Bean
        WebSocketTomcatWebServerFactoryCustomizer webSocketWebServerCustomizer() {
            return new WebSocketTomcatWebServerFactoryCustomizer();
        }
    }

    @Test
    void everythingByDefault() {
        web.run(context -> assertThat(context).hasSingleBean(ChangeoverInitializer.class).hasSingleBean(ChangeoverShutdown.class)
                .hasSingleBean(ServerEndpointExporter.class).doesNotHaveBean(WebSocketTomcatWebServerFactoryCustomizer.class)
                .hasSingleBean(HealthIndicator.class).hasSingleBean(Topics.class).doesNotHaveBean(ChangeoverEndpoint.class));
    }

    @Test
    void nothingIfItIsOff() {
        web.withPropertyValues("changeover.enabled=false").run(context -> assertThat(context).doesNotHaveBean(ChangeoverInitializer.class).doesNotHaveBean(ChangeoverShutdown.class)
                .doesNotHaveBean(ServerEndpointExporter.class).hasSingleBean(WebSocketTomcatWebServerFactoryCustomizer.class).doesNotHaveBean(HealthIndicator.class).doesNotHaveBean(Topics.class));
    }

    @Test
    void topicsAreThoseOfTheServletContextUnlessTheApplicationHasABean() {
        web.run(context -> assertThat(context).getBean(Topics.class).isSameAs(Topics.of(context.getServletContext())));
        web.withUserConfiguration(OwnTopics.class).run(context -> assertThat(context).getBeanNames(Topics.class).containsExactly("own"));
    }

    /** An application that has its own bean. */
    @Configuration
    static class OwnTopics {
        @Bean
        Topics own(ServletContext context) {
            return Topics.of(context);
        }
    }

    @Test
    void nothingWithoutAServletApplication() {
        new ApplicationContextRunner().withConfiguration(ALL).run(context -> assertThat(context).doesNotHaveBean(ChangeoverInitializer.class).doesNotHaveBean(ServerEndpointExporter.class)
                .doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void tomcatServesWebSocketIfASettingOrAMissingLibrarySaysSo() {
        for (WebApplicationContextRunner runner : new WebApplicationContextRunner[] {web.withPropertyValues("changeover.websocket.engine=container"),
            web.withClassLoader(new FilteredClassLoader(TyrusServerContainer.class))}) {
            runner.run(context -> assertThat(context).hasSingleBean(WebSocketTomcatWebServerFactoryCustomizer.class).doesNotHaveBean(ServerEndpointExporter.class)
                    .hasSingleBean(ChangeoverInitializer.class));
        }
        web.withPropertyValues("changeover.container=off").run(context -> assertThat(context).hasSingleBean(WebSocketTomcatWebServerFactoryCustomizer.class));
    }

    @Test
    void anExporterOfTheApplicationIsKept() {
        web.withUserConfiguration(OwnExporter.class).run(context -> assertThat(context).getBean(ServerEndpointExporter.class).isInstanceOf(OwnExporter.Own.class));
    }

    /** An application that has its own exporter. */
    @Configuration
    static class OwnExporter {
        static final class Own extends ServerEndpointExporter {
            @Override
            public void afterPropertiesSet() {
            }

            @Override
            protected void registerEndpoints() {
            }
        }

        @Bean
        ServerEndpointExporter own() {
            return new Own();
        }
    }

    @Test
    void endpointIsThereIfItIsExposed() {
        web.withPropertyValues("management.endpoints.web.exposure.include=changeover").run(context -> assertThat(context).hasSingleBean(ChangeoverEndpoint.class));
        web.withPropertyValues("management.health.changeover.enabled=false").run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void startsWithoutEachOptionalLibrary() {
        for (Class<?> absent : new Class<?>[] {MeterRegistry.class, ServerEndpointExporter.class, Endpoint.class, HealthIndicator.class, WebSocketTomcatWebServerFactoryCustomizer.class}) {
            new WebApplicationContextRunner().withConfiguration(AutoConfigurations.of(ChangeoverAutoConfiguration.class, ChangeoverWebSocketAutoConfiguration.class,
                    ChangeoverActuatorAutoConfiguration.class)).withClassLoader(new FilteredClassLoader(absent))
                    .run(context -> assertThat(context).as("without " + absent.getName()).hasNotFailed().hasSingleBean(ChangeoverInitializer.class));
        }
    }
}
