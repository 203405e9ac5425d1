package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A test application, packed as a user packs it: its own classes, and the library's JAR in WEB-INF/lib. */
public final class War {
    private static final Map<String, Path> COMPILED = new ConcurrentHashMap<>();
    private final String name;
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private String webXml = "";
    private boolean complete;

    private War(String name) {
        this.name = name;
    }

    /** An application with the library and nothing else. */
    public static War with(String name) {
        Path jar = Path.of(System.getProperty("changeover.jar"));
        return new War(name).file("WEB-INF/lib/" + jar.getFileName(), read(jar));
    }

    /** An application with the library except for one of its files. This simulates a container without support. */
    public static War withAllBut(String name, String file) {
        Path jar = Path.of(System.getProperty("changeover.jar"));
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) files.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        if (files.remove(file) == null) throw new IllegalArgumentException(file + " is not in the library");
        return new War(name).file("WEB-INF/lib/" + jar.getFileName(), zip(files));
    }

    /** An empty application, without the library. */
    public static War plain(String name) {
        return new War(name);
    }

    /** Adds the WebSocket API and Tyrus, like the packaged WAR, and the setting that disables the engine of a full Tomcat. */
    public War webSocket() {
        return webSocketLibraries().file("META-INF/context.xml", "<Context containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"/>");
    }

    /** Adds the WebSocket API and Tyrus only. */
    public War webSocketLibraries() {
        return webSocketApi().libraries("tyrus");
    }

    /** Adds the WebSocket API, without Tyrus. */
    public War webSocketApi() {
        return libraries("websocket");
    }

    /** Adds Tomcat's own WebSocket engine on an embedded Tomcat, which contains none. Other containers have their own. */
    public War containersEngine(ContainerUnderTest container) {
        if (!container.isTomcat() || !container.isEmbedded()) return this;
        walk(target().resolve("tomcat-websocket").resolve(container.name().substring(0, "tomcat10".length()))).forEach((path, bytes) -> file("WEB-INF/lib/" + path, bytes));
        return this;
    }

    private War libraries(String word) {
        walk(Path.of(System.getProperty("changeover.libraries"))).forEach((path, bytes) -> {
            if (path.contains(word)) file("WEB-INF/lib/" + path, bytes);
        });
        return this;
    }

    /** The packaged demo, to which settings can be added. */
    public static War demo(String name) {
        War war = new War(name);
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(Path.of(System.getProperty("changeover.war"))))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) war.file(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return war;
    }

    /**
     * Adds the classes of {@code src/test/apps/NAME}, compiled on demand. They are on no class path of the tests, so that a container whose class
     * loaders ask their parent first finds them only in the application.
     */
    public War app(String app) {
        Path classes = COMPILED.computeIfAbsent(app, War::compile);
        walk(classes).forEach((path, bytes) -> file("WEB-INF/classes/" + path, bytes));
        return this;
    }

    /** Adds them as a JAR in WEB-INF/lib, with the files beside the sources, such as META-INF/web-fragment.xml. */
    public War library(String app) {
        Map<String, byte[]> files = walk(COMPILED.computeIfAbsent(app, War::compile));
        walk(sources(app)).forEach((path, bytes) -> {
            if (!path.endsWith(".java")) files.put(path, bytes);
        });
        return file("WEB-INF/lib/" + app + ".jar", zip(files));
    }

    private static Map<String, byte[]> walk(Path root) {
        Map<String, byte[]> found = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile).sorted().forEach(file -> found.put(root.relativize(file).toString().replace('\\', '/'), read(file)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return found;
    }

    private static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return bytes.toByteArray();
    }

    private static Path sources(String app) {
        return Path.of(System.getProperty("changeover.basedir", ""), "src/test/apps", app);
    }

    private static Path compile(String app) {
        Path classes = target().resolve("apps").resolve(System.getProperty("changeover.test.container")).resolve(app);
        forget(classes);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> words = new ArrayList<>(List.of("--release", "17", "-parameters", "-d", classes.toString(), "-cp",
                String.join(File.pathSeparator, classPath())));
        try (Stream<Path> files = Files.walk(sources(app))) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).sorted().forEach(words::add);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        if (compiler.run(null, null, errors, words.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("The application " + app + " does not compile:\n" + errors.toString(StandardCharsets.UTF_8));
        }
        return classes;
    }

    private static List<String> classPath() {
        Path libraries = Path.of(System.getProperty("changeover.libraries"));
        List<String> path = new ArrayList<>(List.of(System.getProperty("changeover.api"), System.getProperty("changeover.jar")));
        walk(libraries).keySet().forEach(jar -> path.add(libraries.resolve(jar).toString()));
        return path;
    }

    /** Deletes the classes of an earlier run, whose sources may no longer exist. */
    private static void forget(Path classes) {
        if (!Files.exists(classes)) return;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path target() {
        return Path.of(System.getProperty("changeover.target", "target"));
    }

    public War file(String path, String text) {
        return file(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public War file(String path, byte[] bytes) {
        entries.put(path, bytes);
        return this;
    }

    /** Adds Netty, for HTTP/2 and TLS. */
    public War protocolLibraries() {
        return libraries("netty");
    }

    /** Adds Micrometer and its Prometheus registry. */
    public War micrometer() {
        walk(Path.of(System.getProperty("changeover.test.libraries"))).forEach((path, bytes) -> file("WEB-INF/lib/" + path, bytes));
        return this;
    }

    /** Adds Lettuce and what it needs. */
    public War lettuce() {
        walk(target().resolve("relay-libraries")).forEach((path, bytes) -> file("WEB-INF/lib/" + path, bytes));
        return this;
    }

    /** Adds Weld, which provides CDI in a Servlet container. */
    public War weld() {
        walk(target().resolve("weld")).forEach((path, bytes) -> file("WEB-INF/lib/" + path, bytes));
        return this;
    }

    /** Sets a context parameter. */
    public War set(String parameter, String value) {
        parameters.put(parameter, value);
        return this;
    }

    /** Adds elements to web.xml, besides the parameters. */
    public War webXml(String elements) {
        webXml += elements;
        return this;
    }

    /** Adds a web.xml with metadata-complete: annotations and fragments are ignored. */
    public War completeWebXml() {
        complete = true;
        return this;
    }

    public Path build() {
        if (complete || !parameters.isEmpty() || !webXml.isEmpty()) webXmlFile();
        try {
            Path war = Files.createDirectories(target().resolve("wars").resolve(System.getProperty("changeover.test.container"))).resolve(name + ".war");
            return Files.write(war, zip(entries));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void webXmlFile() {
        StringBuilder xml = new StringBuilder("<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\" metadata-complete=\"" + complete + "\">");
        parameters.forEach((parameter, value) -> xml.append("<context-param><param-name>").append(parameter)
                .append("</param-name><param-value>").append(value).append("</param-value></context-param>"));
        file("WEB-INF/web.xml", xml.append(webXml).append("</web-app>").toString());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
