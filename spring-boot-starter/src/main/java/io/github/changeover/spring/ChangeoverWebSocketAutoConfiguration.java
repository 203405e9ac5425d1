package io.github.changeover.spring;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.autoconfigure.WebSocketTomcatWebServerFactoryCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
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
    /** The bean of Spring Boot that registers Tomcat's engine. */
    private static final String TOMCAT_ENGINE = "webSocketWebServerCustomizer";

    /** Called by Spring. */
    public ChangeoverWebSocketAutoConfiguration() {
    }

    /** Removes the bean with which Spring Boot registers Tomcat's engine. Two engines in one application would serve half of the endpoints each. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebSocketTomcatWebServerFactoryCustomizer.class)
    static class InsteadOfTomcat {
        @Bean
        static BeanDefinitionRegistryPostProcessor changeoverTomcatEngineRemoval(Environment environment) {
            return registry -> {
                boolean off = "off".equals(environment.getProperty("changeover.container"));
                if (!off && registry.containsBeanDefinition(TOMCAT_ENGINE)) registry.removeBeanDefinition(TOMCAT_ENGINE);
            };
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
        static UpgradeEndpointCheck changeoverWebSocketEndpointCheck(ConfigurableListableBeanFactory beans) {
            return new UpgradeEndpointCheck(beans, () -> madeBySpring(beans));
        }

        @Bean
        @ConditionalOnMissingBean(ServerEndpointExporter.class)
        ServerEndpointExporter changeoverEndpointExporter() {
            return new EndpointExporter();
        }
    }

    /**
     * Exports to Changeover's engine only. With {@code changeover.container=off} there is none, and another engine would not check the origin. The class of a
     * proxied bean is that of the application.
     */
    private static final class EndpointExporter extends ServerEndpointExporter {
        @Override
        public void afterPropertiesSet() {
        }

        @Override
        protected void registerEndpoints() {
            ServerContainer container = getServerContainer();
            ApplicationContext beans = getApplicationContext();
            if (container == null || beans == null || !container.getClass().getName().startsWith("io.github.changeover.")) return;
            try {
                for (Class<?> type : UpgradeEndpointClasses.ofBeans(beans, ServerEndpoint.class)) container.addEndpoint(type);
                for (ServerEndpointConfig config : beans.getBeansOfType(ServerEndpointConfig.class).values()) container.addEndpoint(config);
            } catch (DeploymentException wrong) {
                throw new IllegalStateException("A WebSocket endpoint cannot be deployed: " + wrong.getMessage(), wrong);
            }
        }
    }

    /** Returns the endpoint classes whose instances Changeover's engine makes: not those with a {@code Configurator} of the application. */
    private static Set<Class<?>> madeBySpring(ListableBeanFactory beans) {
        return UpgradeEndpointClasses.ofBeans(beans, ServerEndpoint.class).stream().filter(type -> type.getAnnotation(ServerEndpoint.class).configurator() == ServerEndpointConfig.Configurator.class).collect(Collectors.toSet());
    }
}
