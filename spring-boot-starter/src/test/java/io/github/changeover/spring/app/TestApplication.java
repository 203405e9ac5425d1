package io.github.changeover.spring.app;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application as its developer writes it. Security is added where a test needs it. */
@SpringBootApplication(excludeName = {
    "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration",
    "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
    "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
    "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
    "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
    "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration"})
public class TestApplication {
    /** Ordinary HTTP. */
    @RestController
    static class Pages {
        @GetMapping("/page")
        String page() {
            return "a page";
        }
    }
}
