package io.github.changeover.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Checks that versions are defined in pom.xml alone. The examples and the documentation repeat them, because users copy them. */
class VersionsTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", ""));
    private static final Pattern SNAPSHOT = Pattern.compile("\\d+\\.\\d+\\.\\d+-SNAPSHOT");
    private static final Pattern DEPENDENCY = Pattern.compile("<groupId>io\\.github\\.changeover</groupId>\\s*<artifactId>[^<]*</artifactId>\\s*<version>([^<]*)</version>");

    static List<Path> examples() throws IOException {
        try (Stream<Path> folders = Files.list(BASE.resolve("examples"))) {
            List<Path> poms = folders.map(folder -> folder.resolve("pom.xml")).filter(Files::exists).sorted().toList();
            assertThat(poms).hasSizeGreaterThanOrEqualTo(2);
            return poms;
        }
    }

    static List<Path> otherProjects() throws IOException {
        return Stream.concat(Stream.of(BASE.resolve("spring-boot-starter/pom.xml")), examples().stream()).toList();
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(BASE.resolve("docs"))) {
            return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md", "docker-compose.yml", "examples/README.md").map(BASE::resolve), docs.filter(page -> page.toString().endsWith(".md")))
                    .sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void exampleUsesTheVersionOfThisProject(Path pom) throws Exception {
        assertThat(properties(pom)).containsEntry("changeover.version", version());
        assertThat(Files.readString(pom)).doesNotContain(version() + "</version>");
    }

    @Test
    void starterHasTheVersionOfThisProject() throws Exception {
        assertThat(text(parse(BASE.resolve("spring-boot-starter/pom.xml")).getDocumentElement(), "version")).isEqualTo(version());
        assertThat(properties(BASE.resolve("examples/spring-boot-chat/pom.xml"))).containsEntry("spring-boot.version", properties(BASE.resolve("spring-boot-starter/pom.xml")).get("spring-boot.version"));
    }

    @ParameterizedTest
    @MethodSource("otherProjects")
    void otherProjectUsesTheLibrariesAndPluginsOfThisProject(Path pom) throws Exception {
        Map<String, String> ours = properties(BASE.resolve("pom.xml"));
        properties(pom).forEach((name, value) -> {
            if (ours.containsKey(name)) assertThat(value).as(name).isEqualTo(ours.get(name));
        });
        Map<String, String> plugins = plugins(BASE.resolve("pom.xml"));
        plugins(pom).forEach((name, value) -> {
            if (!name.equals("spring-boot-maven-plugin")) assertThat(value).as(name).isEqualTo(plugins.get(name));
        });
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pageNamesTheVersionOfThisProject(Path page) throws Exception {
        String text = Files.readString(page);
        assertThat(SNAPSHOT.matcher(text).results().map(found -> found.group())).allMatch(version()::equals);
        assertThat(DEPENDENCY.matcher(text).results().map(found -> found.group(1))).allMatch(version()::equals);
    }

    @Test
    void extraPomsTakeTheirVersionFromThisProject() throws IOException {
        try (Stream<Path> poms = Files.walk(BASE.resolve("src/main/poms"))) {
            for (Path pom : poms.filter(Files::isRegularFile).toList()) assertThat(Files.readString(pom)).contains("<version>${project.version}</version>").doesNotContain("SNAPSHOT");
        }
    }

    private static String version() throws Exception {
        return text(parse(BASE.resolve("pom.xml")).getDocumentElement(), "version");
    }

    private static Map<String, String> properties(Path pom) throws Exception {
        Map<String, String> all = new LinkedHashMap<>();
        for (Element element : children(child(parse(pom).getDocumentElement(), "properties"))) {
            if (!element.getTagName().equals("port")) all.put(element.getTagName(), element.getTextContent().strip());
        }
        return all;
    }

    /** The version of each plugin. An execution in a profile does not repeat it. */
    private static Map<String, String> plugins(Path pom) throws Exception {
        Map<String, String> all = new LinkedHashMap<>();
        NodeList plugins = parse(pom).getElementsByTagName("plugin");
        for (int i = 0; i < plugins.getLength(); i++) {
            Element plugin = (Element) plugins.item(i);
            if (text(plugin, "version") != null) all.put(text(plugin, "artifactId"), text(plugin, "version"));
        }
        return all;
    }

    private static Document parse(Path pom) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    }

    private static String text(Element parent, String name) {
        Element child = child(parent, name);
        return child == null ? null : child.getTextContent().strip();
    }

    private static Element child(Element parent, String name) {
        return children(parent).stream().filter(element -> element.getTagName().equals(name)).findFirst().orElse(null);
    }

    private static List<Element> children(Element parent) {
        NodeList nodes = parent.getChildNodes();
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1).map(nodes::item).filter(node -> node.getNodeType() == Node.ELEMENT_NODE).map(Element.class::cast).toList();
    }
}
