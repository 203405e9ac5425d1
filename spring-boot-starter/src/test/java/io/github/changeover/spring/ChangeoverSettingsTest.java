package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.servlet.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

@DisplayName("the properties changeover.* of the Environment")
class ChangeoverSettingsTest {
    private static Map<String, String> read(PropertySource<?>... sources) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        environment.getPropertySources().remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
        List.of(sources).forEach(environment.getPropertySources()::addLast);
        return ChangeoverSettings.read(environment);
    }

    private static PropertySource<?> properties(String... namesAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) values.put(namesAndValues[i], namesAndValues[i + 1]);
        return new MapPropertySource("application.properties", values);
    }

    private static PropertySource<?> yaml(String text) throws IOException {
        return new YamlPropertySourceLoader().load("application.yaml", new ByteArrayResource(text.getBytes(java.nio.charset.StandardCharsets.UTF_8))).get(0);
    }

    @Test
    void relaxedNamesAreSettings() {
        assertThat(read(properties("changeover.queue.max", "1M", "changeover.early_data.max", "8", "changeover.idle", "PT5M", "other", "x")))
                .containsOnly(Map.entry("changeover.queue.max", "1M"), Map.entry("changeover.early-data.max", "8"), Map.entry("changeover.idle", "PT5M"));
    }

    @Test
    void pathIsAMapKey() {
        assertThat(read(properties("changeover.path[/lines/*].protocols", "line/1", "changeover.path[/lines/{room}].closeOnRefuse", "true",
                "changeover.path[/a.b].websocket.deflate", "false", "changeover.protocol[line/1.0].connections.max", "7"))).containsOnly(
                Map.entry("changeover.path./lines/*.protocols", "line/1"), Map.entry("changeover.path./lines/{room}.close-on-refuse", "true"),
                Map.entry("changeover.path./a.b.websocket.deflate", "false"), Map.entry("changeover.protocol.line/1.0.connections.max", "7"));
    }

    @Test
    void yamlListsAndNestedKeys() throws IOException {
        assertThat(read(yaml("""
                changeover:
                  websocket:
                    origins: [https://one.example, https://two.example]
                    message.max: 64K
                  path:
                    "[/lines/*]":
                      protocols:
                        - line/2
                        - line/1
                      roles: member
                """))).containsOnly(Map.entry("changeover.websocket.origins", "https://one.example,https://two.example"), Map.entry("changeover.websocket.message.max", "64K"),
                Map.entry("changeover.path./lines/*.protocols", "line/2,line/1"), Map.entry("changeover.path./lines/*.roles", "member"));
    }

    @Test
    @DisplayName("a list of a source replaces that of another, and never adds to it")
    void listsOfTheHighestPrecedence() throws IOException {
        PropertySource<?> file = yaml("""
                changeover:
                  websocket.origins: [https://a.example, https://b.example]
                  path:
                    "[/lines/{room}]":
                      roles: [ROLE_A, ROLE_B]
                """);
        String ofAll = "changeover.websocket.origins", ofPath = "changeover.path[/lines/{room}].roles", setting = "changeover.path./lines/{room}.roles";
        assertThat(read(properties(ofAll, "https://c.example", ofPath, "ROLE_C"), file)).containsOnly(Map.entry(ofAll, "https://c.example"), Map.entry(setting, "ROLE_C"));
        assertThat(read(properties(ofAll + "[0]", "https://c.example", ofPath + "[0]", "ROLE_C"), file)).containsOnly(Map.entry(ofAll, "https://c.example"), Map.entry(setting, "ROLE_C"));
        assertThat(read(file, properties(ofAll, "https://c.example", ofPath, "ROLE_C"))).containsOnly(Map.entry(ofAll, "https://a.example,https://b.example"), Map.entry(setting, "ROLE_A,ROLE_B"));
    }

    @Test
    void unknownNameIsAMistakeExceptInEnvironmentVariables() {
        PropertySource<?> variables = new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of("CHANGEOVER_SERVICE_HOST", "10.0.0.1", "CHANGEOVER_QUEUE_MAX", "1M", "CHANGEOVER_CLOSEONREFUSE", "x", "CHANGEOVER_PATH", "/opt", "CHANGEOVER_PATH_SERVICE_HOST", "10.0.0.2",
                        "CHANGEOVER_PROTOCOL_PORT", "5"));
        assertThat(read(variables)).containsOnly(Map.entry("changeover.queue.max", "1M"));
        assertThatThrownBy(() -> read(properties("changeover.idel", "5m"))).isInstanceOf(UnknownPropertyException.class)
                .hasMessageStartingWith("There is no property changeover.idel. Did you mean changeover.idle? The properties are: ");
        assertThat(read(properties("changeover.enabled", "true"))).isEmpty();
    }

    @Test
    @DisplayName("the metadata for IDEs has the settings that exist, and no other")
    void metadata() throws IOException {
        Map<String, Object> metadata;
        try (InputStream file = ChangeoverSettings.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = JsonParserFactory.getJsonParser().parseMap(new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
        Set<String> described = ((List<?>) metadata.get("properties")).stream().map(each -> (String) ((Map<?, ?>) each).get("name")).collect(Collectors.toCollection(TreeSet::new));
        Set<String> settings = new TreeSet<>(Installation.settingNames());
        settings.addAll(ChangeoverSettings.OWN);
        settings.addAll(Set.of("changeover.path", "changeover.protocol"));
        assertThat(described).isEqualTo(settings);
        assertThat((List<?>) metadata.get("properties")).allSatisfy(each -> assertThat((String) ((Map<?, ?>) each).get("description")).endsWith("."));
    }
}
