package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

@DisplayName("Spring Security decides before the upgrade")
class SecurityTest {
    private TestServer server;

    @Configuration
    @EnableWebSecurity
    @ImportAutoConfiguration({SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class, SecurityFilterAutoConfiguration.class})
    static class Rules {
        @Bean
        SecurityFilterChain rules(HttpSecurity http) {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/lines/**").permitAll().requestMatchers("/who").hasRole("MEMBER").anyRequest().authenticated())
                    .httpBasic(Customizer.withDefaults()).build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(User.withUsername("ann").password("{noop}secret").roles("MEMBER").build(),
                    User.withUsername("bob").password("{noop}secret").roles("GUEST").build());
        }
    }

    @BeforeEach
    void start() {
        server = TestServer.start(List.of(TestApplication.class, Rules.class), "changeover.path[/lines/members].roles=ROLE_MEMBER", "changeover.spring.security-context=true");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("a callback of a connection without a user finds an empty SecurityContext, and leaves none behind")
    void noUserInCallbacks() {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("inherited", ""));
        try {
            Supplier<Runnable> begin = new SecurityContextOfCaller().of(UpgradeRequest.builder().build());
            Runnable end = begin.get();
            assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
            SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("set by a callback", ""));
            end.run();
            assertThat(SecurityContextHolder.getContext().getAuthentication().getName()).isEqualTo("inherited");
            SecurityContextHolder.clearContext();
            end = begin.get();
            SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("set by a callback", ""));
            end.run();
            assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    private static String basic(String user) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.US_ASCII)) + "\r\n";
    }

    @Test
    @DisplayName("401 and 403 are those of Spring's entry points, for a protocol and for a WebSocket; 101 for an allowed user")
    void responsesOfTheEntryPoints() throws IOException {
        Head unknown = server.headOf("/who", "who/1");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.only("WWW-Authenticate")).startsWith("Basic realm=");
        assertThat(server.headOf("/who", "who/1", basic("bob")).status()).isEqualTo(403);
        assertThat(server.headOf("/who", "who/1", basic("ann")).status()).isEqualTo(101);
        try (WebSocketWire nobody = server.webSocket("/echo/x"); WebSocketWire bob = server.webSocket("/echo/x", basic("bob"))) {
            assertThat(nobody.head.status()).isEqualTo(401);
            assertThat(bob.head.status()).isEqualTo(101);
        }
    }

    @Test
    @DisplayName("the roles of a path are Spring's: 401 by Spring's entry point without a user, 403 without the role")
    void rolesOfAPath() throws IOException {
        Head nobody = server.headOf("/lines/members", "line/1");
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.only("WWW-Authenticate")).startsWith("Basic realm=");
        assertThat(server.headOf("/lines/members", "line/1", basic("bob")).status()).isEqualTo(403);
        assertThat(server.headOf("/lines/members", "line/1", basic("ann")).status()).isEqualTo(101);
    }

    @Test
    @DisplayName("a handler gets the Authentication with the request, and, where configured, the SecurityContext in callbacks only")
    void userInCallbacks() throws IOException {
        for (String user : List.of("ann", "ann")) {
            try (Wire wire = server.upgrade("/who", "who/1", basic(user))) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                for (int i = 0; i < 5; i++) assertThat(wire.send("?").readLine()).startsWith("ann [").contains("ROLE_MEMBER").endsWith(", ann\n");
            }
        }
    }
}
