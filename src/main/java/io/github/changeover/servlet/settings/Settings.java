package io.github.changeover.servlet.settings;

import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.connection.DrainOptions;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.spi.ProtocolToken;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The configuration of an application, read once at the start. Every default value works. A value that is not allowed stops the deployment.
 *
 * @param limits           the limits of a switched connection
 * @param drainOptions     how connections are drained
 * @param negotiation      time within which the content of a request that switches must arrive
 * @param maxContent       maximum bytes of content of a request whose protocol accepts content
 * @param maxCapture       maximum bytes of a captured response in memory
 * @param maxCaptureOnDisk maximum bytes of all longer captured responses together, in temporary files
 * @param maxBlocking      maximum number of threads for blocking handlers, if these threads are not virtual
 * @param maxCallbacks     number of callbacks that run at the same time on threads of Changeover
 * @param eventLoops       number of event loops; 0 if the container reports all events
 * @param maxMemory        maximum bytes of memory of all connections and captured responses together
 * @param container        {@code auto}, {@code unchecked} or {@code off}: whether an unsupported container is used
 * @param servletApiOnly      whether the Servlet API is used instead of the native connections of a container
 * @param off              the tokens that are off at the start
 * @param paths            the settings for paths; templates that differ only in the names of their variables are the same paths
 * @param connectionLimits           the connection limits
 * @param operating        the settings for operators
 */
public record Settings(ConnectionLimits limits, DrainOptions drainOptions, Duration negotiation, int maxContent, int maxCapture, int maxCaptureOnDisk, int maxBlocking, int maxCallbacks, int eventLoops, long maxMemory,
                String container, boolean servletApiOnly, List<ProtocolToken> off,
                Map<PathTemplate, PathSetting> paths, ConnectionLimiter.Maximums connectionLimits, OperatorSettings operating) {
    /**
     * The settings for one path. An empty value leaves the value of the application unchanged.
     *
     * @param setting the name of the setting that contains the protocols
     */
    public record PathSetting(String setting, Optional<List<ProtocolToken>> protocols, Optional<Boolean> serverOrder, Optional<Boolean> required,
                       Optional<Boolean> advertise, Optional<Boolean> closeOnRefuse, Optional<List<String>> roles,
                       Optional<Duration> idle, Optional<Duration> lifetime) {
    }

    public static final String CONTAINER = "changeover.container";
    public static final String LOOPS = "changeover.loops";
    private static final String DRAIN_PACE = "changeover.drain.pace", DRAIN_CODE = "changeover.drain.code";
    private static final int MAX_PACE = 1_000_000;
    private static final String GOING_AWAY = "1001", SERVICE_RESTART = "1012";     // WebSocket close codes (RFC 6455 section 7.4.1, and the IANA registry)
    private static final Set<String> APPLICATION_SETTINGS = Set.of("changeover.queue.max", "changeover.idle", "changeover.stall", "changeover.closing",
            "changeover.linger", "changeover.drain", DRAIN_PACE, DRAIN_CODE, "changeover.content.max", "changeover.capture.max", "changeover.capture.disk.max", "changeover.blocking.max",
            "changeover.off", CONTAINER, "changeover.edge", "changeover.lifetime", "changeover.early-data.max", "changeover.negotiation.timeout",
            "changeover.stall.min", "changeover.callbacks.max", LOOPS, "changeover.memory.max");
    private static final Set<String> PATH_SETTINGS = Set.of("changeover.protocols", "changeover.order", "changeover.required", "changeover.advertise",
            "changeover.close-on-refuse", "changeover.roles", "changeover.connections.max", "changeover.idle", "changeover.lifetime");

    /** @throws SettingValues.InvalidSettingException if the value is not allowed */
    public static String container(SettingValues settings) {
        return settings.oneOf(CONTAINER, "auto", "auto", "unchecked", "off");
    }

    /**
     * @param libraries the names of the settings of libraries
     * @param ofPaths   those of them that can also be set for a path
     */
    public static Settings read(SettingValues source, Set<String> libraries, Set<String> ofPaths) {
        ConnectionLimits base = ConnectionLimits.DEFAULT;
        ConnectionLimits limits = new ConnectionLimits(
                source.size("changeover.queue.max", base.queue()),
                source.time("changeover.idle", base.idle()), source.timeAboveZero("changeover.stall", base.stall()),
                source.timeAboveZero("changeover.closing", base.closing()), source.time("changeover.linger", base.linger()),
                source.time("changeover.drain", base.drain()),
                source.time("changeover.lifetime", base.lifetime()), source.size("changeover.early-data.max", base.earlyData()),
                source.size("changeover.stall.min", base.stallMin()));
        boolean servletApiOnly = source.oneOf("changeover.edge", "auto", "auto", "servlet").equals("servlet");
        Set<String> known = names(libraries);
        for (String name : source.ownNames()) {
            boolean isPatternName = path(name, PATH_SETTINGS).or(() -> path(name, ofPaths)).isPresent() || ConnectionLimitSettings.PROTOCOL.matcher(name).matches();
            if (!known.contains(name) && !isPatternName) {
                throw new SettingValues.InvalidSettingException(name, source.value(name).orElse(""), "no such setting; the settings are " + known
                        + " and changeover.path.TEMPLATE." + Stream.of(PATH_SETTINGS, ofPaths).flatMap(Set::stream).map(each -> each.substring(SettingSource.PREFIX.length())).sorted().toList()
                        + " and changeover.protocol.TOKEN.connections.max");
            }
        }
        DrainOptions drain = new DrainOptions(source.count(DRAIN_PACE, 0, MAX_PACE),
                source.oneOf(DRAIN_CODE, GOING_AWAY, GOING_AWAY, SERVICE_RESTART).equals(SERVICE_RESTART));
        return new Settings(limits, drain, source.timeAboveZero("changeover.negotiation.timeout", Duration.ofSeconds(30)), source.size("changeover.content.max", 1 << 20),
                source.size("changeover.capture.max", 1 << 20), source.sizeOrNone("changeover.capture.disk.max", 64 << 20),
                source.size("changeover.blocking.max", 200), source.number("changeover.callbacks.max", 200, 100_000),
                source.count(LOOPS, Runtime.getRuntime().availableProcessors(), 1000),
                source.longSize("changeover.memory.max", MemoryBudget.defaultMax()), container(source), servletApiOnly,
                source.list("changeover.off").map(words -> source.tokens("changeover.off", words)).orElse(List.of()), paths(source, ofPaths), ConnectionLimitSettings.read(source), OperatorSettings.read(source));
    }

    /** Returns the names of all settings, without those for a path or a protocol. */
    public static Set<String> names(Set<String> libraries) {
        Set<String> names = new TreeSet<>(APPLICATION_SETTINGS);
        names.addAll(OperatorSettings.NAMES);
        names.addAll(ConnectionLimitSettings.NAMES);
        names.addAll(libraries);
        return names;
    }

    /** Returns the names of the settings that can be set for a path, as for the whole application. */
    public static Set<String> pathNames(Set<String> ofPaths) {
        Set<String> names = new TreeSet<>(PATH_SETTINGS);
        names.addAll(ofPaths);
        return names;
    }

    /** Returns the template in the name of a setting for a path, such as {@code changeover.path./echo.idle}; empty for any other name. */
    static Optional<String> path(String name, Set<String> ofPaths) {
        if (!name.startsWith(SettingValues.PATH + "/")) return Optional.empty();
        return ofPaths.stream().map(each -> each.substring(SettingSource.PREFIX.length() - 1)).filter(name::endsWith)
                .map(each -> name.substring(SettingValues.PATH.length(), name.length() - each.length())).filter(template -> !template.isEmpty())
                .max(Comparator.comparingInt(String::length));
    }

    private static Map<PathTemplate, PathSetting> paths(SettingValues source, Set<String> ofLibraries) {
        Map<PathTemplate, PathSetting> paths = new LinkedHashMap<>();
        Map<Map.Entry<PathTemplate, String>, String> names = new HashMap<>();      // by the path and the rest of the name
        for (String name : source.names()) {
            Optional<String> set = path(name, PATH_SETTINGS);
            Optional<String> template = set.or(() -> path(name, ofLibraries));
            if (template.isEmpty()) continue;
            PathTemplate path;
            try {
                path = PathTemplate.of(template.get());
            } catch (IllegalArgumentException malformed) {
                throw new SettingValues.InvalidSettingException(name, source.value(name).orElse(""), "a path between changeover.path. and the setting's name. " + malformed.getMessage());
            }
            String same = names.putIfAbsent(Map.entry(path, name.substring(SettingValues.PATH.length() + template.get().length())), name);
            if (same != null) requireEqual(name, same, source);
            if (set.isPresent()) paths.computeIfAbsent(path, each -> setting(source.onlyAt(each)));
        }
        return paths;
    }

    private static void requireEqual(String name, String same, SettingValues source) {
        String value = source.value(name).orElse(""), other = source.value(same).orElse("");
        if (!value.equals(other)) {
            throw new SettingValues.InvalidSettingException(name, value, "the value of " + same + ", '" + other + "', because both settings apply to the same paths, whatever the names of the variables are. Remove one of them");
        }
    }

    private static PathSetting setting(SettingValues path) {
        Optional<List<ProtocolToken>> protocols = path.list("changeover.protocols").map(words -> path.tokens("changeover.protocols", words));
        Optional<Boolean> serverOrder = path.value("changeover.order").map(set -> path.oneOf("changeover.order", "client", "client", "server").equals("server"));
        return new PathSetting(path.effectiveName("changeover.protocols"), protocols, serverOrder, path.flag("changeover.required"), path.flag("changeover.advertise"),
                path.flag("changeover.close-on-refuse"), path.list("changeover.roles"), time(path, "changeover.idle"), time(path, "changeover.lifetime"));
    }

    private static Optional<Duration> time(SettingValues path, String name) {
        return path.value(name).map(set -> path.time(name, Duration.ZERO));
    }

    /** Returns the limits for connections by the rule of this template. The names of the variables need not match. */
    public ConnectionLimits limits(PathTemplate template) {
        PathSetting set = paths.get(template);
        return set == null ? limits : limits.with(set.idle().orElse(limits.idle()), set.lifetime().orElse(limits.lifetime()));
    }

    /** Returns the limits with the shortest timeouts of all paths. */
    public ConnectionLimits shortestLimits() {
        return limits.with(shortest(limits.idle(), PathSetting::idle), shortest(limits.lifetime(), PathSetting::lifetime));
    }

    private Duration shortest(Duration ofAll, Function<PathSetting, Optional<Duration>> ofPath) {
        return Stream.concat(Stream.of(ofAll), paths.values().stream().flatMap(set -> ofPath.apply(set).stream())).filter(time -> !time.isZero())
                .min(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }

    /** Returns a warning if the pace of a drain is too slow for as many connections as the application accepts. */
    public Optional<String> drainWarning() {
        int pace = drainOptions.pace(), most = connectionLimits.all();
        if (pace == 0 || most == 0) return Optional.empty();
        if (limits.drain().isZero()) return Optional.of(DRAIN_PACE + " has no effect, because changeover.drain is 0s: all handlers are called at once. Set changeover.drain to a longer time");
        double seconds = limits.drain().toMillis() / 1000.0 * DrainOptions.NOTIFIED_WITHIN_PERCENT / 100;
        if (most <= pace * seconds) return Optional.empty();
        long raised = (long) Math.ceil(most / seconds), longer = (long) Math.ceil((double) most / pace * 100 / DrainOptions.NOTIFIED_WITHIN_PERCENT), fewer = (long) (pace * seconds);
        return Optional.of(DRAIN_PACE + " is " + pace + ". A drain calls the handler of every connection within " + DrainOptions.NOTIFIED_WITHIN_PERCENT + " % of changeover.drain (" + time(limits.drain())
                + "), so with " + most + " connections (changeover.connections.max) the pace is raised to " + raised + " connections per second. To keep the pace, set changeover.drain to at least "
                + longer + "s" + (fewer > 0 ? ", or changeover.connections.max to at most " + fewer : "") + ". To accept the higher pace, set " + DRAIN_PACE + " to at least " + raised);
    }

    /** Returns the effective configuration for the report at the start. */
    public Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put("queue.max", Integer.toString(limits.queue()));
        shown.put("idle", time(limits.idle()));
        shown.put("stall", time(limits.stall()));
        shown.put("stall.min", Integer.toString(limits.stallMin()));
        shown.put("closing", time(limits.closing()));
        shown.put("linger", time(limits.linger()));
        shown.put("drain", time(limits.drain()));
        shown.put("drain.pace", Integer.toString(drainOptions.pace()));
        shown.put("drain.code", drainOptions.restart() ? SERVICE_RESTART : GOING_AWAY);
        shown.put("lifetime", time(limits.lifetime()));
        shown.put("early-data.max", limits.earlyData() == ConnectionLimits.ANY ? "any" : Integer.toString(limits.earlyData()));
        shown.put("negotiation.timeout", time(negotiation));
        shown.put("content.max", Integer.toString(maxContent));
        shown.put("capture.max", Integer.toString(maxCapture));
        shown.put("capture.disk.max", Integer.toString(maxCaptureOnDisk));
        shown.put("blocking.max", Integer.toString(maxBlocking));
        shown.put("callbacks.max", Integer.toString(maxCallbacks));
        shown.put("loops", Integer.toString(eventLoops));
        shown.put("memory.max", Long.toString(maxMemory));
        shown.put("container", container);
        shown.put("off", off.toString());
        ConnectionLimitSettings.show(connectionLimits, shown);
        operating.show(shown);
        return Collections.unmodifiableMap(shown);
    }

    /** Formats a duration in the syntax of the settings. */
    private static String time(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
