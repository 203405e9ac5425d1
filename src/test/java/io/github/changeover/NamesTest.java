package io.github.changeover;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.management.ChangeoverMXBean;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.websocket.WebSocketListener;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.Name;
import org.junit.jupiter.api.Test;

/** The tables of docs/names.md list every public name, and nothing else. A new, a removed and a renamed name must be decided there first. */
class NamesTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));
    private static final Path SOURCES = BASE.resolve("src/main/java/io/github/changeover");
    /** Public classes of these packages that are not part of the API. */
    private static final Set<String> INTERNAL = Set.of("TopicOutput", "TopicsExtension", "TopicsLibrary");
    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString", "iterator");

    /** Returns the first column of the table below this heading, each with the members that the second column lists. */
    private static Map<String, Set<String>> table(String heading) throws IOException {
        Matcher section = Pattern.compile("^## " + Pattern.quote(heading) + "\n(.*?)(?=^## |\\z)", Pattern.DOTALL | Pattern.MULTILINE).matcher(Files.readString(BASE.resolve("docs/names.md")));
        assertThat(section.find()).as("section " + heading).isTrue();
        Map<String, Set<String>> rows = new TreeMap<>();
        for (String line : section.group(1).split("\n")) {
            if (!line.startsWith("| `")) continue;
            String[] columns = line.split(" \\| ", -1);
            Set<String> members = new TreeSet<>();
            Pattern.compile("`([^`]+)`").matcher(columns[1]).results().forEach(found -> members.add(found.group(1)));
            assertThat(rows.put(columns[0].replaceAll("[|` ]", ""), members)).as(line).isNull();
        }
        return rows;
    }

    private static Set<String> names(String heading) throws IOException {
        return table(heading).keySet();
    }

    // ---- SPI

    private static List<Class<?>> publicTypes() throws IOException, ReflectiveOperationException {
        List<Class<?>> found = new ArrayList<>();
        for (String folder : List.of("", "spi", "topics", "relay")) {
            try (Stream<Path> files = Files.list(SOURCES.resolve(folder))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".java") && !each.endsWith("package-info.java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    if (INTERNAL.contains(name)) continue;
                    addPublic(Class.forName("io.github.changeover." + (folder.isEmpty() ? "" : folder + ".") + name), found);
                }
            }
        }
        addPublic(WebSocketListener.class, found);
        addPublic(Class.forName("io.github.changeover.websocket.ObservedSession"), found);
        return found;
    }

    private static void addPublic(Class<?> type, List<Class<?>> found) {
        if (!Modifier.isPublic(type.getModifiers())) return;
        found.add(type);
        for (Class<?> nested : type.getDeclaredClasses()) addPublic(nested, found);
    }

    private static Set<String> members(Class<?> type) {
        Set<String> members = new TreeSet<>();
        for (Method method : type.getDeclaredMethods()) {
            boolean ofEveryEnum = type.isEnum() && method.getName().startsWith("value");
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && !ofEveryEnum && !OF_EVERY_OBJECT.contains(method.getName())) members.add(method.getName());
        }
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && !field.isSynthetic()) members.add(field.getName());
        }
        return members;
    }

    @Test
    void typesAndMethodsOfTheSpi() throws IOException, ReflectiveOperationException {
        Map<String, Set<String>> surface = new TreeMap<>();
        for (Class<?> type : publicTypes()) surface.put(type.getName().replaceAll(".*\\.", "").replace('$', '.'), members(type));
        assertThat(table("SPI")).isEqualTo(surface);
    }

    // ---- JMX

    private static Set<String> attributesAndOperations(Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (Method method : type.getDeclaredMethods()) names.add(method.getName().replaceFirst("^(get|is)(?=[A-Z])", "") + (method.getName().matches("(get|is)[A-Z].*") ? "" : "()"));
        return names;
    }

    @Test
    void attributesAndOperationsOfJmx() throws IOException {
        Set<String> surface = attributesAndOperations(ChangeoverMXBean.class);
        attributesAndOperations(ChangeoverMXBean.Connection.class).forEach(name -> surface.add("Connections." + Character.toLowerCase(name.charAt(0)) + name.substring(1)));
        assertThat(names("JMX")).isEqualTo(surface);
    }

    // ---- metrics

    private static Set<String> quoted(String file, String pattern) throws IOException {
        Set<String> names = new TreeSet<>();
        Pattern.compile(pattern).matcher(Files.readString(SOURCES.resolve(file))).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    @Test
    void metrics() throws IOException {
        Map<String, Set<String>> table = table("Metrics");
        assertThat(table.keySet()).isEqualTo(quoted("management/OpenMetrics.java", "(?:family|histogram)\\(\"(\\w+)\""));
        Set<String> libraries = new TreeSet<>();
        table.values().forEach(libraries::addAll);
        assertThat(libraries).isEqualTo(quoted("management/export/MeterDefinition.java", "\"(changeover\\.[a-z.]+)\""));
    }

    // ---- JDK Flight Recorder

    @Test
    void eventsOfTheFlightRecorder() throws IOException, ReflectiveOperationException {
        Map<String, Set<String>> surface = new TreeMap<>();
        for (Class<?> type : Class.forName("io.github.changeover.management.FlightEvents").getDeclaredClasses()) {
            if (!Event.class.isAssignableFrom(type)) continue;
            Set<String> fields = new TreeSet<>();
            for (Field field : type.getDeclaredFields()) {
                if (!field.isSynthetic() && !Modifier.isStatic(field.getModifiers())) fields.add(field.getName());
            }
            surface.put(type.getAnnotation(Name.class).value(), fields);
        }
        assertThat(table("JFR events")).isEqualTo(surface);
    }

    // ---- settings

    @SuppressWarnings("unchecked")
    private static Collection<String> constant(String type, String name) throws ReflectiveOperationException {
        Field field = Class.forName("io.github.changeover.servlet.settings." + type).getDeclaredField(name);
        field.setAccessible(true);
        return (Collection<String>) field.get(null);
    }

    @Test
    void settings() throws IOException, ReflectiveOperationException {
        Set<String> surface = new TreeSet<>(constant("Settings", "APPLICATION_SETTINGS"));
        surface.addAll(constant("OperatorSettings", "NAMES"));
        surface.addAll(constant("ConnectionLimitSettings", "NAMES"));
        Set<String> ofPaths = new TreeSet<>(constant("Settings", "PATH_SETTINGS"));
        for (ProtocolLibrary library : ServiceLoader.load(ProtocolLibrary.class)) {
            surface.addAll(library.settings());
            ofPaths.addAll(library.pathSettings());
        }
        ofPaths.forEach(name -> surface.add(name.replaceFirst("changeover\\.", "changeover.path.TEMPLATE.")));
        surface.add("changeover.protocol.TOKEN.connections.max");
        assertThat(names("Settings")).isEqualTo(surface);
    }

    // ---- header fields

    @Test
    void headerFields() throws IOException {
        Set<String> surface = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                surface.addAll(quoted(SOURCES.relativize(file).toString(), "\"(Changeover-[A-Za-z-]+)\""));
            }
        }
        assertThat(names("Header fields")).isEqualTo(surface);
    }
}
