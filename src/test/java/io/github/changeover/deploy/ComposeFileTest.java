package io.github.changeover.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Checks docker-compose.yml as far as possible without a container engine. */
class ComposeFileTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));
    private static Map<String, Map<String, Object>> services;

    @BeforeAll
    static void read() throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        String text = Files.readString(BASE.resolve("docker-compose.yml"));
        Map<String, Map<String, Map<String, Object>>> file = new Yaml(new SafeConstructor(strict)).load(text);
        assertThat(file).containsOnlyKeys("services", "x-relay");
        services = file.get("services");
    }

    @Test
    void servicesAreTwoContainersRedisAndTheProxy() {
        assertThat(services).containsOnlyKeys("redis", "tomcat", "payara", "haproxy");
        assertThat(services.get("tomcat")).containsEntry("image", "tomcat:11");
        assertThat(services.get("payara")).containsEntry("image", "payara/server-full:6");
    }

    @Test
    void onlyTheProxyPublishesAPortAndOnlyOnLoopback() {
        assertThat(services.get("haproxy").get("ports")).isEqualTo(List.of("127.0.0.1:8080:8080"));
        assertThat(services.values()).filteredOn(service -> service.containsKey("ports")).hasSize(1);
    }

    @Test
    void everyServiceHasAHealthCheckAndTheProxyWaitsForBothNodes() {
        services.forEach((name, service) -> {
            assertThat(service).as(name).containsKey("healthcheck");
            assertThat(map(service.get("healthcheck"))).as(name).containsKeys("test", "interval", "timeout", "retries");
        });
        Map<String, Object> waits = map(services.get("haproxy").get("depends_on"));
        assertThat(waits).containsOnlyKeys("tomcat", "payara");
        assertThat(waits.values()).allSatisfy(wait -> assertThat(map(wait)).containsEntry("condition", "service_healthy"));
    }

    @Test
    void everyMountedFileIsReadOnlyAndExistsOrIsBuilt() throws IOException {
        String version = "changeover-" + projectVersion() + "-webapp.war";
        for (Map<String, Object> service : services.values()) {
            for (Object volume : (List<?>) service.getOrDefault("volumes", List.of())) {
                String[] parts = volume.toString().split(":");
                assertThat(parts).hasSize(3).endsWith("ro");
                if (parts[0].startsWith("./target/")) {
                    assertThat(parts[0]).isEqualTo("./target/" + version);
                } else {
                    assertThat(BASE.resolve(parts[0])).isRegularFile();
                }
            }
        }
    }

    @Test
    void bothNodesUseTheSameRelayAndHaveDifferentNames() throws IOException {
        Map<String, Object> relay = map(services.get("tomcat").get("environment"));
        assertThat(map(services.get("payara").get("environment"))).isEqualTo(relay);
        assertThat(relay).containsEntry("CHANGEOVER_RELAY", "redis").containsEntry("CHANGEOVER_RELAY_REDIS_URI", "redis://redis:6379").containsKey("CHANGEOVER_RELAY_NAME");
        String settings = Files.readString(BASE.resolve("docs/settings.md"));
        assertThat(relay.keySet()).allSatisfy(name -> assertThat(settings).contains("| `" + name.toLowerCase(Locale.ROOT).replace('_', '.') + "` |"));
        for (String node : List.of("tomcat", "payara")) assertThat(services.get(node)).containsEntry("hostname", node);
    }

    @Test
    void proxyGetsEveryVariableOfItsConfiguration() throws IOException {
        String config = Files.readString(BASE.resolve("deploy/haproxy.cfg"));
        Set<String> used = Pattern.compile("\\$\\{(\\w+)}").matcher(config).results()
                .map(found -> found.group(1)).collect(Collectors.toSet());
        assertThat(map(services.get("haproxy").get("environment")).keySet()).isEqualTo(used);
    }

    private static String projectVersion() throws IOException {
        String pom = Files.readString(BASE.resolve("pom.xml"));
        var version = Pattern.compile("<artifactId>changeover</artifactId>\\s*<version>([^<]+)</version>").matcher(pom);
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
