package io.github.changeover.console;

import io.github.changeover.PathOffer;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.observe.Observatory;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SettingValues;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.security.SecureRandom;
import java.util.HexFormat;
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
    private record Registered(Access access, ConsoleServlet servlet, Samples samples, Lines lines, Clock clock, long instance, String obstacle) {
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
        LiveProtocol live = new LiveProtocol(made.access, made.lines, made.samples, start.context(), made.instance);
        PathOffer line = start.changeover().path(Lines.PATH).offer(live).gate(live::gate);
        made.access.role().ifPresent(line::roles);
        return new On(made, start.context());
    }

    private static Registered registered(ServletContext context, SettingValues settings) {
        Access access = new Access(settings.value(ROLE).filter(name -> !name.isEmpty()), token());
        Samples samples = new Samples();
        Clock clock = new Clock(context.getClassLoader());
        Lines lines = new Lines(clock);
        long instance = System.currentTimeMillis();
        ConsoleServlet servlet = new ConsoleServlet(access, samples, lines, instance);
        return new Registered(access, servlet, samples, lines, clock, instance, put(context, servlet));
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

    private record On(Registered made, ServletContext context) implements Started {
        @Override
        public void rules(PathPolicy policy) {
            made.servlet.rules(policy);
            made.clock.each(Samples.EVERY_MILLIS, () -> Observatory.of(context).ifPresent(
                    seen -> made.samples.add(Samples.Sample.of(System.currentTimeMillis(), seen.counts(), made.lines.own()))));
        }

        @Override
        public String describe() {
            return "The console is on at /console, for " + made.access.role().map(name -> "the role " + name).orElse("this machine only");
        }

        @Override
        public void close() {
            made.clock.close();
        }
    }
}
