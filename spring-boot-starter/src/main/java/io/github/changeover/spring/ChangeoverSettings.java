package io.github.changeover.spring;

import io.github.changeover.servlet.Installation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The settings in the {@code Environment}, with Spring's relaxed names. Changeover itself defines their names and types, so nothing is listed twice. The
 * path in a setting for a path is a map key: {@code changeover.path[/lines/*].idle}.
 */
final class ChangeoverSettings {
    static final String ENABLED = "changeover.enabled";
    static final String SECURITY_CONTEXT = "changeover.spring.security-context";
    /** The properties of the starter itself. */
    static final Set<String> OWN = Set.of(ENABLED, SECURITY_CONTEXT);
    private static final String PREFIX = "changeover", PATH = "changeover.path", PROTOCOL = "changeover.protocol";
    private static final Pattern LIST_ELEMENT = Pattern.compile("(.+)\\.(\\d+)");
    private static final Bindable<Map<String, Map<String, String>>> GROUPS =
            Bindable.of(ResolvableType.forClassWithGenerics(Map.class, ResolvableType.forClass(String.class), ResolvableType.forClassWithGenerics(Map.class, String.class, String.class)));

    private ChangeoverSettings() {
    }

    /**
     * Returns the values by the names that Changeover uses.
     *
     * @throws UnknownPropertyException if a property starts with {@code changeover} and is not a setting
     */
    static Map<String, String> read(Environment environment) {
        Binder binder = Binder.get(environment);
        Map<String, String> values = new TreeMap<>();
        Set<String> names = Installation.settingNames();
        names.forEach(name -> value(binder, name).ifPresent(value -> values.put(name, value)));
        groups(binder, PATH, byUniformName(Installation.pathSettingNames()), values);
        groups(binder, PROTOCOL, byUniformName(Set.of("changeover.connections.max")), values);
        unknown(environment, names).ifPresent(name -> {
            Set<String> all = new TreeSet<>(names);
            all.addAll(OWN);
            throw new UnknownPropertyException(name, all);
        });
        return values;
    }

    /** Returns the name of a property as it is written in Spring Boot: with the path or the protocol in brackets. */
    static String property(String setting) {
        for (String name : Installation.pathSettingNames()) {
            String end = name.substring(PREFIX.length());
            if (setting.startsWith(PATH + "./") && setting.endsWith(end)) return PATH + "[" + setting.substring(PATH.length() + 1, setting.length() - end.length()) + "]" + end;
        }
        return setting;
    }

    /** Returns a value as text. The elements of a list are joined with commas, as Changeover expects them. */
    private static Optional<String> value(Binder binder, String name) {
        Optional<String> text = Optional.ofNullable(binder.bind(name, String.class).orElse(null));
        return text.or(() -> Optional.ofNullable(binder.bind(name, Bindable.listOf(String.class)).orElse(null)).map(list -> String.join(",", list)));
    }

    /**
     * Adds the settings for paths or for protocols.
     *
     * @param known the names without the prefix, by their uniform names
     */
    private static void groups(Binder binder, String group, Map<String, String> known, Map<String, String> values) {
        binder.bind(group, GROUPS).orElse(Map.of()).forEach((key, settings) -> joined(settings).forEach((name, value) -> {
            if (group.equals(PATH) && !key.startsWith("/")) throw new UnknownPropertyException(group + "." + key + "." + name, Set.of());
            String setting = known.get(uniform(name));
            if (setting == null) throw new UnknownPropertyException(group + "[" + key + "]." + name, known.values().stream().map(each -> group + "[" + key + "]." + each).collect(Collectors.toCollection(TreeSet::new)));
            values.put(group + "." + key + "." + setting, value);
        }));
    }

    /** Joins the elements of lists, whose names end with an index. */
    private static Map<String, String> joined(Map<String, String> settings) {
        Map<String, String> joined = new TreeMap<>();
        Map<String, TreeMap<Integer, String>> lists = new HashMap<>();
        settings.forEach((name, value) -> {
            Matcher element = LIST_ELEMENT.matcher(name);
            if (element.matches()) lists.computeIfAbsent(element.group(1), each -> new TreeMap<>()).put(Integer.valueOf(element.group(2)), value);
            else joined.put(name, value);
        });
        lists.forEach((name, elements) -> joined.put(name, String.join(",", elements.values())));
        return joined;
    }

    private static Map<String, String> byUniformName(Set<String> names) {
        return names.stream().map(name -> name.substring(PREFIX.length() + 1)).collect(Collectors.toMap(ChangeoverSettings::uniform, name -> name));
    }

    /** Returns the name in lower case, without dashes: how Spring compares names. */
    private static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /**
     * Returns a property that is not a setting. Environment variables and system properties are not checked: Kubernetes, for example, adds variables for a
     * service of this name.
     */
    private static Optional<String> unknown(Environment environment, Set<String> names) {
        Set<String> known = new TreeSet<>();
        names.forEach(name -> known.add(uniform(name)));
        OWN.forEach(name -> known.add(uniform(name)));
        return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false).filter(ChangeoverSettings::isChecked)
                .flatMap(source -> ((IterableConfigurationPropertySource) source).stream()).filter(ConfigurationPropertyName.of(PREFIX)::isAncestorOf)
                .filter(name -> !ConfigurationPropertyName.of(PATH).isAncestorOf(name) && !ConfigurationPropertyName.of(PROTOCOL).isAncestorOf(name))
                .map(name -> name.isLastElementIndexed() ? name.getParent() : name).map(ConfigurationPropertyName::toString)
                .filter(name -> !known.contains(uniform(name))).findFirst();
    }

    private static boolean isChecked(ConfigurationPropertySource source) {
        if (!(source instanceof IterableConfigurationPropertySource)) return false;
        String name = source.getUnderlyingSource() instanceof PropertySource<?> properties ? properties.getName() : "";
        return !List.of(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME).contains(name);
    }
}
