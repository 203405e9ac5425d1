package io.github.changeover.spring;

import jakarta.websocket.server.ServerContainer;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.autoconfigure.WebSocketTomcatWebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/**
 * WebSocket on the engine of Changeover: it replaces that of Tomcat, and {@code @ServerEndpoint} beans are exported to it. Spring's own WebSocket support
 * finds it as the {@code ServerContainer} of the servlet context. Not used if the settings leave WebSocket to the container.
 */
@AutoConfiguration(after = ChangeoverAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(name = {"io.github.changeover.websocket.engine.WebSocketLibrary", "org.glassfish.tyrus.server.TyrusServerContainer"})
@ConditionalOnBooleanProperty(name = ChangeoverSettings.ENABLED, matchIfMissing = true)
@ConditionalOnProperty(name = "changeover.websocket.engine", havingValue = "own", matchIfMissing = true)
public final class ChangeoverWebSocketAutoConfiguration {
    /** Called by Spring. */
    public ChangeoverWebSocketAutoConfiguration() {
    }

    /** Removes the bean with which Spring Boot registers Tomcat's engine. Two engines in one application would serve half of the endpoints each. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebSocketTomcatWebServerFactoryCustomizer.class)
    @ConditionalOnProperty(name = "changeover.container", havingValue = "auto", matchIfMissing = true)
    static class InsteadOfTomcat {
        @Bean
        static BeanDefinitionRegistryPostProcessor changeoverTomcatEngineRemoval() {
            return InsteadOfTomcat::remove;
        }

        private static void remove(BeanDefinitionRegistry registry) {
            for (String name : registry.getBeanDefinitionNames()) {
                if (name.equals("webSocketWebServerCustomizer")) registry.removeBeanDefinition(name);
            }
        }
    }

    /** Exports the {@code @ServerEndpoint} beans of the application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ServerEndpointExporter.class, ServerContainer.class})
    static class Endpoints {
        /** Endpoints must be exported before the first request, also with {@code spring.main.lazy-initialization=true}. */
        @Bean
        static LazyInitializationExcludeFilter changeoverEagerExporter() {
            return LazyInitializationExcludeFilter.forBeanTypes(ServerEndpointExporter.class);
        }

        @Bean
        @ConditionalOnMissingBean(ServerEndpointExporter.class)
        ServerEndpointExporter changeoverEndpointExporter() {
            return new EndpointExporter();
        }
    }

    /** Exports nothing if there is no {@code ServerContainer}, as with {@code changeover.container=off}. */
    private static final class EndpointExporter extends ServerEndpointExporter {
        @Override
        public void afterPropertiesSet() {
        }

        @Override
        protected void registerEndpoints() {
            if (getServerContainer() != null) super.registerEndpoints();
        }
    }
}
