package io.github.changeover.console;

import io.github.changeover.PathOffer;
import io.github.changeover.forwarded.TrustedProxies;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.HttpSessionEnds;
import io.github.changeover.servlet.LogoutListener;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Adds the console to an application that has enabled it. Internal: loaded with {@link java.util.ServiceLoader}. */
public final class Console implements ProtocolLibrary {
    private static final String ON = "changeover.console";
    private static final String ROLE = "changeover.console.role";
    private static final String ATTRIBUTE = Console.class.getName();
    private static final Started OFF = new Started() {
    };

    /** For the ServiceLoader. */
    public Console() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(ON, ROLE);
    }

    /** The registered objects. The {@code obstacle} is the reason why the servlet could not be registered; empty if it is registered. */
    private record RegisteredConsole(ConsoleAccess access, ConsoleServlet servlet, ChartHistory samples, LiveUpdates liveUpdates, ConsoleTimer timer, long instance, String obstacle) {
    }

    @Override
    public void register(ServletContext context, SettingValues settings) {
        if (settings.value(ON).filter("true"::equals).isPresent()) context.setAttribute(ATTRIBUTE, registered(context, settings));
    }

    @Override
    public Started start(Start start) {
        if (!start.settings().flag(ON).orElse(false)) return OFF;
        RegisteredConsole console = start.context().getAttribute(ATTRIBUTE) instanceof RegisteredConsole before ? before : registered(start.context(), start.settings());
        start.context().removeAttribute(ATTRIBUTE);
        if (!console.obstacle.isEmpty()) {
            throw new SettingValues.InvalidSettingException(ON, "true", "false in this application, because the console cannot be registered: " + console.obstacle);
        }
        LiveUpdateProtocol live = new LiveUpdateProtocol(console.access, console.liveUpdates, console.samples, start.context(), console.instance);
        PathOffer offer = start.changeover().path(LiveUpdates.PATH).offer(live).gate(live::gate);
        console.access.role().ifPresent(offer::roles);
        return new StartedConsole(console, live, start.context(), start.localAddress(), new AtomicBoolean());
    }

    private static RegisteredConsole registered(ServletContext context, SettingValues settings) {
        ConsoleAccess access = settings.value(ROLE).filter(name -> !name.isEmpty()).map(role -> ConsoleAccess.forRole(role, operationToken()))
                .orElseGet(() -> ConsoleAccess.withToken(new ConsoleToken(context.getContextPath(), System::currentTimeMillis), proxies(settings), operationToken()));
        ChartHistory samples = new ChartHistory();
        ConsoleTimer clock = new ConsoleTimer(context.getClassLoader());
        LiveUpdates lines = new LiveUpdates(clock);
        long instance = System.currentTimeMillis();
        ConsoleServlet servlet = new ConsoleServlet(access, samples, instance);
        return new RegisteredConsole(access, servlet, samples, lines, clock, instance, put(context, servlet, access));
    }

    /** A setting that cannot be read is ignored here. It makes the deployment fail later, at its start, with a message. */
    private static TrustedProxies proxies(SettingValues settings) {
        try {
            return settings.trustedProxies();
        } catch (SettingValues.InvalidSettingException said) {
            return TrustedProxies.NONE;
        }
    }

    /** Returns why the servlet could not be registered; empty if it is registered. */
    private static String put(ServletContext context, ConsoleServlet servlet, ConsoleAccess access) {
        try {
            ServletRegistration.Dynamic registration = context.addServlet("changeover-console", servlet);
            if (registration == null) return "a servlet named changeover-console already exists";
            registration.setAsyncSupported(true);
            if (access.role().isPresent()) HttpSessionEnds.register(context);
            Set<String> taken = registration.addMapping("/console", "/console/*");
            return taken.isEmpty() ? "" : "the application already has a servlet mapped to " + String.join(", ", taken);
        } catch (IllegalStateException | UnsupportedOperationException late) {
            return "this container does not allow a listener that is declared in web.xml to register servlets and listeners";
        }
    }

    private static String operationToken() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private record StartedConsole(RegisteredConsole made, LiveUpdateProtocol live, ServletContext context, Optional<URI> server, AtomicBoolean isStarted) implements Started {
        @Override
        public Map<String, UpgradeProtocol> internal() {
            return Map.of(LiveUpdates.PATH, live);
        }

        @Override
        public Optional<LogoutListener> logouts() {
            return made.access.role().map(role -> HttpSessionEnds.of(context));
        }

        @Override
        public void rules(PathPolicy policy) {
            made.servlet.policy(PathPolicy.of(policy.rules().stream().filter(rule -> !rule.protocols().contains(live)).toList()));
            if (isStarted.getAndSet(true)) return;
            made.access.logAddress(server);
            made.timer.runEvery(ChartHistory.EVERY_MILLIS, () -> UpgradeManagement.of(context).ifPresent(
                    seen -> made.samples.add(ChartHistory.Sample.of(System.currentTimeMillis(), seen.counts()))));
        }

        @Override
        public String describe() {
            return "The console is enabled at /console, for " + made.access.role().map(name -> "the role " + name).orElse("this machine only; it requires the token that is logged once");
        }

        @Override
        public void close() {
            made.timer.close();
        }
    }
}
