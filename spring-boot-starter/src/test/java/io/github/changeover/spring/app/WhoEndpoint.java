package io.github.changeover.spring.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Answers each byte with the user of the connection and the user of the SecurityContext on this thread. */
@UpgradeEndpoint(value = "/who", protocol = "who/1")
public final class WhoEndpoint implements ConnectionHandler.Events {
    /** @param clocks no such bean exists: Spring passes an empty list */
    public WhoEndpoint(List<Clock> clocks) {
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        Authentication inContext = SecurityContextHolder.getContext().getAuthentication();
        String user = connection.request().principal().map(principal -> principal instanceof Authentication found ? found.getName() + " " + found.getAuthorities() : "").orElse("none");
        connection.send(ByteBuffer.wrap((user + ", " + (inContext == null ? "none" : inContext.getName()) + "\n").getBytes(UTF_8)));
        bytes.position(bytes.limit());
    }
}
