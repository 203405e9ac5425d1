package io.github.changeover.spring.forked;

import io.github.changeover.spring.app.EchoEndpoint;
import io.github.changeover.spring.app.Greeting;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Controller;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** The application of ForkedApplicationTest: everything at once, with Spring Security. Users: ann (MEMBER) and bob (GUEST). */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(excludeName = "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration")
@AutoConfigurationPackage(basePackages = "io.github.changeover.spring.app")
@Import({EchoEndpoint.class, Greeting.class, ForkedApplication.Shouts.class})
@EnableWebSocket
@EnableWebSocketMessageBroker
public class ForkedApplication implements WebSocketConfigurer, WebSocketMessageBrokerConfigurer {
    public static void main(String[] arguments) {
        SpringApplication.run(ForkedApplication.class, arguments);
    }

    @Bean
    SecurityFilterChain rules(HttpSecurity http, @Value("${test.open:false}") boolean open) {
        if (open) return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll()).build();      // to measure: a login costs more than a handshake
        return http.authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/**", "/echo/**").permitAll().requestMatchers("/lines/**").hasRole("MEMBER")
                .anyRequest().authenticated()).csrf(csrf -> csrf.disable()).httpBasic(Customizer.withDefaults()).build();
    }

    @Bean
    UserDetailsService users() {
        InMemoryUserDetailsManager users = new InMemoryUserDetailsManager(User.withUsername("ann").password("{noop}secret").roles("MEMBER").build(),
                User.withUsername("bob").password("{noop}secret").roles("GUEST").build());
        return users::loadUserByUsername;       // not the manager: Spring would replace the passwords with hashes, which take 100 ms to check
    }

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        registry.addHandler(new TextWebSocketHandler() {
            @Override
            protected void handleTextMessage(WebSocketSession session, TextMessage message) throws java.io.IOException {
                session.sendMessage(new TextMessage("spring " + message.getPayload()));
            }
        }, "/sock").withSockJS();
    }

    @Override
    public void registerStompEndpoints(StompEndpointRegistry registry) {
        registry.addEndpoint("/stomp");
    }

    @Override
    public void configureMessageBroker(MessageBrokerRegistry registry) {
        registry.enableSimpleBroker("/topic");
        registry.setApplicationDestinationPrefixes("/app");
    }

    /** Shouts to a topic. */
    @Controller
    static class Shouts {
        @MessageMapping("/shout")
        @SendTo("/topic/shouts")
        String shout(String words) {
            return words.toUpperCase(java.util.Locale.ROOT);
        }
    }
}
