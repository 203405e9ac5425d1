package io.github.changeover.console;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SettingValues;
import jakarta.servlet.ServletRegistration;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** Puts the console into an application that has switched it on. Internal: found by {@link java.util.ServiceLoader}. */
public final class Console implements ProtocolLibrary {
    private static final String ON = "changeover.console";
    private static final String ROLE = "changeover.console.role";
    private static final Started OFF = new Started() {
    };

    /** For the service loader. */
    public Console() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(ON, ROLE);
    }

    @Override
    public Started start(Start start) {
        Optional<String> role = start.settings().value(ROLE).filter(name -> !name.isEmpty());
        if (!start.settings().flag(ON).orElse(false)) return OFF;
        Samples samples = new Samples(start.context());
        ConsoleServlet servlet = new ConsoleServlet(new Access(role, token()), samples);
        String obstacle = register(start, servlet);
        if (!obstacle.isEmpty()) {
            samples.close();
            throw new SettingValues.Wrong(ON, "true", "false here, for the console cannot be put into this application: " + obstacle);
        }
        return new On(role, servlet, samples);
    }

    /** Why not; empty when it is there. */
    private static String register(Start start, ConsoleServlet servlet) {
        try {
            ServletRegistration.Dynamic registration = start.context().addServlet("changeover-console", servlet);
            if (registration == null) return "it has a servlet of the name changeover-console";
            registration.setAsyncSupported(true);
            Set<String> taken = registration.addMapping("/console", "/console/*");
            return taken.isEmpty() ? "" : "it has a servlet of its own at " + String.join(", ", taken);
        } catch (IllegalStateException | UnsupportedOperationException late) {
            return "it takes no more servlets; declare the listener io.github.changeover.servlet.Startup in its web.xml";
        }
    }

    private static String token() {
        byte[] octets = new byte[24];
        new SecureRandom().nextBytes(octets);
        return HexFormat.of().formatHex(octets);
    }

    private record On(Optional<String> role, ConsoleServlet servlet, Samples samples) implements Started {
        @Override
        public void rules(PathPolicy policy) {
            servlet.rules(policy);
            samples.begin();
        }

        @Override
        public String describe() {
            return "The console is on at /console, for " + role.map(name -> "the role " + name).orElse("this machine only");
        }

        @Override
        public void close() {
            samples.close();
        }
    }
}
