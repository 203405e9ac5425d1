package io.github.changeover.spring;

import io.github.changeover.servlet.Installation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
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
        names.forEach(name -> value(environment, binder, ConfigurationPropertyName.of(name)).ifPresent(value -> values.put(name, value)));
        groups(environment, binder, PATH, byUniformName(Installation.pathSettingNames()), values);
        groups(environment, binder, PROTOCOL, byUniformName(Set.of("changeover.connections.max")), values);
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

    /**
     * Returns a value as text. The elements of a list are joined with commas, as Changeover expects them. The source with the highest precedence decides,
     * whether it has a text or a list.
     */
    private static Optional<String> value(Environment environment, Binder binder, ConfigurationPropertyName name) {
        ConfigurationPropertyName firstElement = name.append("[0]");
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getConfigurationProperty(name) != null) return Optional.ofNullable(binder.bind(name, Bindable.of(String.class)).orElse(null));
            if (source.getConfigurationProperty(firstElement) != null) return Optional.of(String.join(",", binder.bind(name, Bindable.listOf(String.class)).orElse(List.of())));
        }
        return Optional.empty();
    }

    /**
     * Adds the settings for paths or for protocols. Environment variables cannot express such a name, so those that begin like one are ignored.
     *
     * @param known the names without the prefix, by their uniform names
     */
    private static void groups(Environment environment, Binder binder, String group, Map<String, String> known, Map<String, String> values) {
        ConfigurationPropertyName root = ConfigurationPropertyName.of(group);
        for (ConfigurationPropertyName name : names(environment, root)) {
            String key = name.getElement(root.getNumberOfElements(), Form.ORIGINAL), setting = setting(name, root.getNumberOfElements() + 1);
            if (group.equals(PATH) && !key.startsWith("/")) throw new UnknownPropertyException(name.toString(), Set.of());
            String found = known.get(uniform(setting));
            if (found == null) throw new UnknownPropertyException(group + "[" + key + "]." + setting, known.values().stream().map(each -> group + "[" + key + "]." + each).collect(Collectors.toCollection(TreeSet::new)));
            value(environment, binder, root.append("[" + key + "]").append(found)).ifPresent(value -> values.put(group + "." + key + "." + found, value));
        }
    }

    /** Returns the names below this one, except those of environment variables, and without the indexes of lists. */
    private static Set<ConfigurationPropertyName> names(Environment environment, ConfigurationPropertyName root) {
        return namesExceptOf(environment, root, Set.of(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)).map(name -> name.isLastElementIndexed() && name.isNumericIndex(name.getNumberOfElements() - 1) ? name.getParent() : name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the elements of a name from this one on, joined with dots. */
    private static String setting(ConfigurationPropertyName name, int from) {
        return IntStream.range(from, name.getNumberOfElements()).mapToObj(i -> name.getElement(i, Form.ORIGINAL)).collect(Collectors.joining("."));
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
        return namesExceptOf(environment, ConfigurationPropertyName.of(PREFIX), Set.of(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME))
                .filter(name -> !ConfigurationPropertyName.of(PATH).isAncestorOf(name) && !ConfigurationPropertyName.of(PROTOCOL).isAncestorOf(name))
                .map(name -> name.isLastElementIndexed() ? name.getParent() : name).map(ConfigurationPropertyName::toString)
                .filter(name -> !known.contains(uniform(name))).findFirst();
    }

    /** Returns the names below this one in the sources that have no name of these. */
    private static Stream<ConfigurationPropertyName> namesExceptOf(Environment environment, ConfigurationPropertyName root, Set<String> sources) {
        return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(source -> !(source.getUnderlyingSource() instanceof PropertySource<?> properties && sources.contains(properties.getName())))
                .flatMap(source -> source instanceof IterableConfigurationPropertySource iterable ? iterable.stream() : Stream.empty()).filter(root::isAncestorOf);
    }
}
