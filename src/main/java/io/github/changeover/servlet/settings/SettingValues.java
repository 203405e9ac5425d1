package io.github.changeover.servlet.settings;

import io.github.changeover.forwarded.AddressRange;
import io.github.changeover.forwarded.TrustedProxies;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.spi.ProtocolToken;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the settings of an application as typed values. A value that is not allowed stops the deployment. Internal. */
public final class SettingValues {
    /** A setting that cannot be used. Stops the deployment with this message. */
    public static final class InvalidSettingException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String name, value, allowed;

        public InvalidSettingException(String name, String value, String allowed) {
            super("The setting " + name + " is '" + value + "'. Allowed: " + allowed);
            this.name = name;
            this.value = value;
            this.allowed = allowed;
        }

        /** Returns the name of the setting. */
        public String name() {
            return name;
        }

        /** Returns the value that cannot be used. */
        public String value() {
            return value;
        }

        /** Returns what is allowed, as the end of a sentence. */
        public String allowed() {
            return allowed;
        }
    }

    static final String PATH = "changeover.path.";
    static final String TRUSTED_PROXIES = "changeover.trusted-proxies";
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Duration LONGEST = Duration.ofHours(999_999_999);
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMG]?)B?", Pattern.CASE_INSENSITIVE);
    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");
    private final SettingSource source;
    private final Optional<PathTemplate> path;
    private final boolean pathOnly;        // without the values for the whole application

    private SettingValues(SettingSource source, Optional<PathTemplate> path, boolean pathOnly) {
        this.source = source;
        this.path = path;
        this.pathOnly = pathOnly;
    }

    /** Sets the only source of settings of an application, by a framework. */
    public static void use(ServletContext context, Map<String, String> values) {
        SettingSource.use(context, values);
    }

    /** Returns the current settings of an application. */
    public static SettingValues of(ServletContext context) {
        return new SettingValues(SettingSource.of(context), Optional.empty(), false);
    }

    /**
     * Returns the same settings for one path: {@code changeover.path.TEMPLATE.websocket.deflate} overrides {@code changeover.websocket.deflate}.
     * {@link ProtocolLibrary#pathSettings} defines which names may be set for a path. The variables of the template may have other names in the
     * setting.
     */
    public SettingValues at(String template) {
        return new SettingValues(source, Optional.of(PathTemplate.of(template)), false);
    }

    /** Returns only the values that are set for this path. */
    SettingValues onlyAt(PathTemplate template) {
        return new SettingValues(source, Optional.of(template), true);
    }

    /** Returns the templates of the paths for which one of these names is set. */
    public Set<String> pathsWith(Set<String> names) {
        return names().stream().flatMap(set -> Settings.path(set, names).stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the value without surrounding spaces; empty if it is not set. */
    public Optional<String> value(String name) {
        Optional<String> own = ofPath(name);
        if (own.isPresent()) return source.value(own.get());
        return pathOnly ? Optional.empty() : source.value(name);
    }

    /** Returns an exception for this setting; throwing it stops the deployment. The message names the setting of the path if its value is the wrong one. */
    public InvalidSettingException wrong(String name, String allowed) {
        return wrong(name, value(name).orElse(""), allowed);
    }

    private InvalidSettingException wrong(String name, String value, String allowed) {
        return new InvalidSettingException(effectiveName(name), value, allowed);
    }

    /** Returns the name under which the value is set: that of the path if it is set there. */
    public String effectiveName(String name) {
        return ofPath(name).orElse(name);
    }

    /** Returns the name under which the value is set for the path. The names of the variables in the template need not match. */
    private Optional<String> ofPath(String name) {
        if (path.isEmpty()) return Optional.empty();
        String end = name.substring(SettingSource.PREFIX.length() - 1);
        String asWritten = PATH + path.get() + end;
        if (source.value(asWritten).isPresent()) return Optional.of(asWritten);
        return names().stream().filter(set -> set.startsWith(PATH + "/") && set.endsWith(end) && set.length() > PATH.length() + end.length())
                .filter(set -> isThePath(set.substring(PATH.length(), set.length() - end.length()))).findFirst();
    }

    private boolean isThePath(String template) {
        try {
            return PathTemplate.of(template).equals(path.orElseThrow());
        } catch (IllegalArgumentException malformed) {
            return false;       // the name of another setting, or reported when all are read
        }
    }

    /** Returns the names of all settings that are set, except those that only an environment variable sets. */
    Set<String> names() {
        return source.names();
    }

    /** Returns the names whose spelling is checked: {@link SettingSource#ownNames}. */
    Set<String> ownNames() {
        return source.ownNames();
    }

    /** Returns whether the setting of any path names this protocol. */
    public boolean offersOnAnyPath(ProtocolToken protocol) {
        return names().stream().filter(name -> name.startsWith(PATH) && name.endsWith(".protocols"))
                .anyMatch(name -> tokens(name, list(name).orElse(List.of())).contains(protocol));
    }

    /** Returns {@code true} or {@code false}; empty if it is not set. */
    public Optional<Boolean> flag(String name) {
        return value(name).map(set -> oneOf(name, "false", "true", "false").equals("true"));
    }

    /** Returns one of the allowed words. */
    public String oneOf(String name, String otherwise, String... allowed) {
        String value = value(name).orElse(otherwise);
        if (!List.of(allowed).contains(value)) throw wrong(name, value, String.join(" or ", allowed));
        return value;
    }

    /** Returns a list of words separated by commas; empty if it is not set. */
    public Optional<List<String>> list(String name) {
        return value(name).map(text -> Arrays.stream(text.split(",")).map(String::trim).filter(word -> !word.isEmpty()).toList());
    }

    /** Returns the words as protocols. */
    public List<ProtocolToken> tokens(String name, List<String> words) {
        List<ProtocolToken> tokens = new ArrayList<>();
        for (String word : words) {
            tokens.add(ProtocolToken.parse(word).orElseThrow(() -> wrong(name, word, "protocols separated by commas, such as example/1")));
        }
        return tokens;
    }

    /** Returns the trusted proxies. */
    public TrustedProxies trustedProxies() {
        List<AddressRange> ranges = new ArrayList<>();
        for (String word : list(TRUSTED_PROXIES).orElse(List.of())) {
            ranges.add(AddressRange.parse(word).orElseThrow(() -> wrong(TRUSTED_PROXIES, word,
                    "IP addresses and CIDR blocks separated by commas, such as 10.0.0.0/8, 127.0.0.1, 2001:db8::/32")));
        }
        return new TrustedProxies(ranges);
    }

    private <T> T parsed(String name, T otherwise, Pattern form, Function<Matcher, T> read, String allowed) {
        Optional<String> value = value(name);
        if (value.isEmpty()) return otherwise;
        Matcher matcher = form.matcher(value.get());
        try {
            if (matcher.matches()) return read.apply(matcher);
        } catch (ArithmeticException tooLarge) {
            // reported below
        }
        throw wrong(name, value.get(), allowed);
    }

    /** Returns a duration above zero. */
    public Duration timeAboveZero(String name, Duration otherwise) {
        Duration time = time(name, otherwise);
        if (time.isZero()) throw wrong(name, "a time above zero, such as 30s (zero would end every connection at once)");
        return time;
    }

    /** Returns a duration: a number with a unit, such as {@code 30s}, or in the form of ISO 8601, such as {@code PT30S}. */
    public Duration time(String name, Duration otherwise) {
        Optional<Duration> iso = value(name).flatMap(SettingValues::isoTime);
        if (iso.isPresent()) return iso.get();
        return parsed(name, otherwise, TIME, matcher -> {
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
            };
        }, "a number with ms, s, m or h, such as 30s, or a duration such as PT30S");
    }

    /** Returns empty for another form, and for a negative or very long time, which the other form cannot express either. */
    private static Optional<Duration> isoTime(String text) {
        if (!text.regionMatches(true, 0, "P", 0, 1)) return Optional.empty();
        try {
            return Optional.of(Duration.parse(text)).filter(time -> !time.isNegative() && time.compareTo(LONGEST) <= 0);
        } catch (DateTimeParseException malformed) {
            return Optional.empty();
        }
    }

    /** Returns a whole number from 1 to {@code most}. */
    public int number(String name, int otherwise, int most) {
        int number = count(name, otherwise, most);
        if (number == 0 && value(name).isPresent()) throw wrong(name, "0", "a whole number above 0, up to " + most);
        return number;
    }

    /** Returns a whole number from 0 to {@code most}; 0 means none. */
    public int count(String name, int otherwise, int most) {
        int count = parsed(name, otherwise, COUNT, matcher -> Integer.valueOf(matcher.group()), "a whole number up to " + most + ", 0 for none");
        if (count > most) throw wrong(name, Integer.toString(count), "a whole number up to " + most + ", 0 for none");
        return count;
    }

    /** Returns a number of bytes above zero. The setting may end with {@code K}, {@code M} or {@code G}. */
    public int size(String name, int otherwise) {
        int size = bytes(name, otherwise, "a whole number above 0, optionally followed by K or M, such as 64K");
        if (size == 0) throw wrong(name, "a whole number above 0, optionally followed by K or M, such as 64K");
        return size;
    }

    /** Returns a number of bytes as {@code size} does, or zero for none. */
    int sizeOrNone(String name, int otherwise) {
        return bytes(name, otherwise, "a whole number, optionally followed by K or M, such as 64M, or 0 for none");
    }

    /** Returns a number of bytes above zero that may exceed the range of {@code int}. The setting may end with {@code K}, {@code M} or {@code G}. */
    long longSize(String name, long otherwise) {
        String allowed = "a whole number above 0, optionally followed by K, M or G, such as 256M";
        long size = parsed(name, otherwise, SIZE, matcher -> Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift(matcher)), allowed);
        if (size == 0) throw wrong(name, allowed);
        return size;
    }

    private int bytes(String name, int otherwise, String allowed) {
        return parsed(name, otherwise, SIZE, matcher -> Math.toIntExact(Long.parseLong(matcher.group(1)) << shift(matcher)), allowed);
    }

    private static int shift(Matcher size) {
        return switch (size.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            case "g", "G" -> 30;
            default -> 0;
        };
    }
}
