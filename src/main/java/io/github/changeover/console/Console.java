package io.github.changeover.console;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SettingValues;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/** Puts the console into an application that has switched it on. Internal: found by {@link java.util.ServiceLoader}. */
public final class Console implements ProtocolLibrary {
    private static final String ON = "changeover.console";
    private static final String ROLE = "changeover.console.role";
    private static final String ATTRIBUTE = Console.class.getName();
    private static final Started OFF = new Started() {
    };

    /** For the service loader. */
    public Console() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(ON, ROLE);
    }

    /** What is registered, or why nothing could be. */
    private record Registered(Optional<String> role, ConsoleServlet servlet, Samples samples, String obstacle) {
    }

    @Override
    public void register(ServletContext context, SettingValues settings) {
        if (settings.value(ON).filter("true"::equals).isPresent()) context.setAttribute(ATTRIBUTE, registered(context, settings));
    }

    @Override
    public Started start(Start start) {
        if (!start.settings().flag(ON).orElse(false)) return OFF;
        Registered made = start.context().getAttribute(ATTRIBUTE) instanceof Registered before ? before : registered(start.context(), start.settings());
        start.context().removeAttribute(ATTRIBUTE);
        if (!made.obstacle.isEmpty()) {
            throw new SettingValues.Wrong(ON, "true", "false here, for the console cannot be put into this application: " + made.obstacle);
        }
        return new On(made.role, made.servlet, made.samples);
    }

    private static Registered registered(ServletContext context, SettingValues settings) {
        Optional<String> role = settings.value(ROLE).filter(name -> !name.isEmpty());
        Samples samples = new Samples(context);
        ConsoleServlet servlet = new ConsoleServlet(new Access(role, token()), samples);
        return new Registered(role, servlet, samples, put(context, servlet));
    }

    /** Why not; empty when it is there. */
    private static String put(ServletContext context, ConsoleServlet servlet) {
        try {
            ServletRegistration.Dynamic registration = context.addServlet("changeover-console", servlet);
            if (registration == null) return "it has a servlet of the name changeover-console";
            registration.setAsyncSupported(true);
            Set<String> taken = registration.addMapping("/console", "/console/*");
            return taken.isEmpty() ? "" : "it has a servlet of its own at " + String.join(", ", taken);
        } catch (IllegalStateException | UnsupportedOperationException late) {
            return "this container takes no servlet from a listener that is declared by hand";
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
