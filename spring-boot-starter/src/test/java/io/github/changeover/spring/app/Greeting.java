package io.github.changeover.spring.app;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** A bean that endpoints need. Counts the endpoints that have been destroyed. */
@Component
public class Greeting {
    private final AtomicInteger ended = new AtomicInteger();

    public String to(String name) {
        return "Welcome to " + name;
    }

    public AtomicInteger ended() {
        return ended;
    }
}
