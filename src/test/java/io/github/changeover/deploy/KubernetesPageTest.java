package io.github.changeover.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Checks the example in docs/kubernetes.md as far as possible without a cluster: names that must match, settings, and times. */
class KubernetesPageTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));
    private static final int STOP_OF_THE_SERVER = 15;       // seconds
    private static final List<Object> OBJECTS = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        Matcher example = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(BASE.resolve("docs/kubernetes.md")));
        assertThat(example.find()).isTrue();
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        new Yaml(new SafeConstructor(strict)).loadAll(example.group(1)).forEach(OBJECTS::add);
    }

    private static Object object(String kind, String name) {
        return OBJECTS.stream().filter(each -> kind.equals(at(each, "kind")) && name.equals(at(each, "metadata", "name"))).findFirst().orElseThrow();
    }

    /** The value at a path of names and of positions in lists. */
    private static Object at(Object value, Object... path) {
        Object found = value;
        for (Object step : path) found = step instanceof Integer position ? ((List<?>) found).get(position) : ((Map<?, ?>) found).get(step);
        return found;
    }

    private static Object container() {
        return at(object("Deployment", "chat"), "spec", "template", "spec", "containers", 0);
    }

    private static Map<String, Object> environment() {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Object each : (List<?>) at(container(), "env")) values.put((String) at(each, "name"), at(each, "value"));
        return values;
    }

    private static int seconds(String name) {
        return Integer.parseInt(environment().get(name).toString().replaceFirst("s$", ""));
    }

    @Test
    void selectorsAndPortsMatch() {
        for (String name : List.of("chat", "chat-redis")) {
            Object deployment = object("Deployment", name), labels = at(deployment, "spec", "template", "metadata", "labels");
            assertThat(at(deployment, "spec", "selector", "matchLabels")).isEqualTo(labels);
            assertThat(at(object("Service", name), "spec", "selector")).isEqualTo(labels);
            assertThat(at(object("Service", name), "spec", "ports", 0, "targetPort")).isEqualTo(at(deployment, "spec", "template", "spec", "containers", 0, "ports", 0, "name"));
        }
        assertThat(at(object("PodDisruptionBudget", "chat"), "spec", "selector", "matchLabels")).isEqualTo(Map.of("app", "chat"));
        assertThat(at(object("Ingress", "chat"), "spec", "rules", 0, "http", "paths", 0, "backend", "service")).isEqualTo(Map.of("name", "chat", "port", Map.of("name", "http")));
        assertThat(OBJECTS).hasSize(6);
    }

    @Test
    void everyVariableIsADocumentedSetting() throws IOException {
        String settings = Files.readString(BASE.resolve("docs/settings.md")).replace('-', '.');
        assertThat(environment().keySet()).hasSizeGreaterThan(8).allSatisfy(name -> assertThat(settings).contains("| `" + name.toLowerCase(Locale.ROOT).replace('_', '.') + "` |"));
        assertThat(environment()).containsEntry("CHANGEOVER_RELAY_REDIS_URI", "redis://chat-redis:" + at(object("Service", "chat-redis"), "spec", "ports", 0, "port"));
    }

    @Test
    void readinessIsTheHealthPageAndLivenessIsNot() {
        assertThat(at(container(), "readinessProbe", "httpGet", "path")).isEqualTo(environment().get("CHANGEOVER_HEALTH_PATH"));
        assertThat(container().toString()).containsOnlyOnce("httpGet");
    }

    @Test
    void drainFitsIntoTheGracePeriodAndThePaceIntoTheDrain() {
        int drain = seconds("CHANGEOVER_DRAIN"), sleep = (int) at(container(), "lifecycle", "preStop", "sleep", "seconds");
        assertThat((int) at(object("Deployment", "chat"), "spec", "template", "spec", "terminationGracePeriodSeconds")).isGreaterThanOrEqualTo(sleep + drain + STOP_OF_THE_SERVER);
        assertThat(seconds("CHANGEOVER_DRAIN_PACE") * drain * 0.8).isGreaterThanOrEqualTo(seconds("CHANGEOVER_CONNECTIONS_MAX"));
        assertThat(at(object("Deployment", "chat"), "spec", "strategy", "rollingUpdate", "maxUnavailable")).isEqualTo(0);
    }
}
