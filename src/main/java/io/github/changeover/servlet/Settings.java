package io.github.changeover.servlet;

import io.github.changeover.connection.Limits;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.spi.ProtocolToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of an application, read once at start. Every default works; a wrong value stops the deployment.
 *
 * @param limits       the bounds of a switched connection
 * @param maxContent   octets of content a request may have whose protocol takes content
 * @param maxCapture   octets of an original response that is handed to the new protocol
 * @param maxBlocking  platform threads for handlers that block, below JDK 21
 * @param servletEdge  whether a container's own edge is left for the servlet edge
 * @param off          tokens that are off at start
 * @param paths        what is set for paths, by template
 */
record Settings(Limits limits, int maxContent, int maxCapture, int maxBlocking, boolean servletEdge, List<ProtocolToken> off,
                Map<String, PathSetting> paths) {
    /** What is set for one path; what is empty stays as the program says. */
    record PathSetting(Optional<List<ProtocolToken>> protocols, Optional<Boolean> serverOrder, Optional<Boolean> required,
                       Optional<Boolean> advertise, Optional<Boolean> closeOnRefuse, Optional<List<String>> roles) {
    }

    /** A setting that cannot be used: the deployment stops with this message. */
    static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1;

        Wrong(String name, String value, String allowed) {
            super("The setting " + name + " is '" + value + "'. Allowed: " + allowed);
        }
    }

    private static final Set<String> KNOWN = Set.of("changeover.queue.max", "changeover.idle", "changeover.stall", "changeover.closing",
            "changeover.linger", "changeover.drain", "changeover.content.max", "changeover.capture.max", "changeover.blocking.max",
            "changeover.off", "changeover.edge");
    private static final Pattern PATH = Pattern.compile("changeover\\.path\\.(/.*)\\.(protocols|order|required|advertise|close-on-refuse|roles)");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMG]?)B?", Pattern.CASE_INSENSITIVE);

    static Settings read(SettingSource source) {
        Limits base = Limits.DEFAULT;
        Limits limits = new Limits(
                size(source, "changeover.queue.max", base.queue()),
                time(source, "changeover.idle", base.idle()), notZero(source, "changeover.stall", base.stall()),
                notZero(source, "changeover.closing", base.closing()), time(source, "changeover.linger", base.linger()),
                time(source, "changeover.drain", base.drain()));
        boolean servletEdge = one(source, "changeover.edge", "auto", "auto", "servlet").equals("servlet");
        for (String name : source.ownNames()) {
            if (!KNOWN.contains(name) && !PATH.matcher(name).matches()) {
                throw new Wrong(name, source.value(name).orElse(""), "no such setting; there are " + KNOWN.stream().sorted().toList()
                        + " and changeover.path.TEMPLATE.(protocols|order|required|advertise|close-on-refuse|roles)");
            }
        }
        return new Settings(limits, size(source, "changeover.content.max", 1 << 20), size(source, "changeover.capture.max", 1 << 20),
                size(source, "changeover.blocking.max", 200), servletEdge,
                list(source, "changeover.off").map(words -> tokens("changeover.off", words)).orElse(List.of()), paths(source));
    }

    private static Map<String, PathSetting> paths(SettingSource source) {
        Map<String, PathSetting> paths = new LinkedHashMap<>();
        for (String name : source.names()) {
            Matcher matcher = PATH.matcher(name);
            if (!matcher.matches()) continue;
            try {
                PathTemplate.of(matcher.group(1));
            } catch (IllegalArgumentException malformed) {
                throw new Wrong(name, source.value(name).orElse(""), "a path between changeover.path. and the last dot. " + malformed.getMessage());
            }
            paths.computeIfAbsent(matcher.group(1), template -> path(source, "changeover.path." + template + "."));
        }
        return paths;
    }

    private static PathSetting path(SettingSource source, String prefix) {
        Optional<List<ProtocolToken>> protocols = list(source, prefix + "protocols").map(words -> tokens(prefix + "protocols", words));
        Optional<Boolean> serverOrder = source.value(prefix + "order").map(set -> one(source, prefix + "order", "client", "client", "server").equals("server"));
        return new PathSetting(protocols, serverOrder, flag(source, prefix + "required"), flag(source, prefix + "advertise"),
                flag(source, prefix + "close-on-refuse"), list(source, prefix + "roles"));
    }

    private static Optional<Boolean> flag(SettingSource source, String name) {
        return source.value(name).map(set -> one(source, name, "false", "true", "false").equals("true"));
    }

    private static String one(SettingSource source, String name, String otherwise, String... allowed) {
        String value = source.value(name).orElse(otherwise);
        if (!List.of(allowed).contains(value)) throw new Wrong(name, value, String.join(" or ", allowed));
        return value;
    }

    private static Optional<List<String>> list(SettingSource source, String name) {
        return source.value(name).map(text -> Arrays.stream(text.split(",")).map(String::trim).filter(word -> !word.isEmpty()).toList());
    }

    private static List<ProtocolToken> tokens(String name, List<String> words) {
        List<ProtocolToken> tokens = new ArrayList<>();
        for (String word : words) {
            tokens.add(ProtocolToken.parse(word).orElseThrow(() -> new Wrong(name, word, "protocols as in Upgrade, such as example/1, with commas between")));
        }
        return tokens;
    }

    private static <T> T parsed(SettingSource source, String name, T otherwise, Pattern form, Function<Matcher, T> read, String allowed) {
        Optional<String> value = source.value(name);
        if (value.isEmpty()) return otherwise;
        Matcher matcher = form.matcher(value.get());
        try {
            if (matcher.matches()) return read.apply(matcher);
        } catch (ArithmeticException tooLarge) {
            // said below
        }
        throw new Wrong(name, value.get(), allowed);
    }

    private static Duration notZero(SettingSource source, String name, Duration otherwise) {
        Duration time = time(source, name, otherwise);
        if (time.isZero()) throw new Wrong(name, source.value(name).orElse(""), "a time above zero, such as 30s: with none, every connection is over it");
        return time;
    }

    private static Duration time(SettingSource source, String name, Duration otherwise) {
        return parsed(source, name, otherwise, TIME, matcher -> {
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
            };
        }, "a number with ms, s, m or h, such as 30s");
    }

    private static int size(SettingSource source, String name, int otherwise) {
        return parsed(source, name, otherwise, SIZE, matcher -> {
            int shift = switch (matcher.group(2)) {
                case "k", "K" -> 10;
                case "m", "M" -> 20;
                case "g", "G" -> 30;
                default -> 0;
            };
            int size = Math.toIntExact(Long.parseLong(matcher.group(1)) << shift);
            if (size == 0) throw new ArithmeticException();
            return size;
        }, "a whole number above 0, with K or M behind it if you like, such as 64K");
    }

    /** The effective configuration, for the log at start. */
    @Override
    public String toString() {
        return "queue.max=" + limits.queue() + " idle=" + limits.idle() + " stall=" + limits.stall() + " closing=" + limits.closing()
                + " linger=" + limits.linger() + " drain=" + limits.drain() + " content.max=" + maxContent + " capture.max=" + maxCapture
                + " blocking.max=" + maxBlocking + " off=" + off;
    }
}
