package io.github.changeover.spring.forked;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;

/** Starts the application in a servlet container. */
public class WarInitializer extends SpringBootServletInitializer {
    @Override
    protected SpringApplicationBuilder configure(SpringApplicationBuilder application) {
        return application.sources(ForkedApplication.class).properties("spring.main.banner-mode=off", "changeover.drain=10s", "changeover.path[/lines/garden].idle=1h");
    }
}
