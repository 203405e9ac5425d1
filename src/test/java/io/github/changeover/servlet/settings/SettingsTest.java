package io.github.changeover.servlet.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.DrainOptions;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.spi.ProtocolToken;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of an operator. RegistrationIT tests the deployment with a wrong setting. */
public class SettingsTest {
    private static Settings read(String... namesAndValues) {
        return Settings.read(values(namesAndValues), Set.of("changeover.library"), Set.of("changeover.library.size"));
    }

    public static SettingValues values(String... namesAndValues) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        ServletContext context = (ServletContext) Proxy.newProxyInstance(SettingsTest.class.getClassLoader(), new Class<?>[] {ServletContext.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getInitParameterNames" -> Collections.enumeration(parameters.keySet());
                    case "getInitParameter" -> parameters.get(arguments[0]);
                    case "getAttribute" -> null;
                    case "getClassLoader" -> SettingsTest.class.getClassLoader();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return SettingValues.of(context);
    }

    @Test
    void defaultsAreSafe() {
        Settings settings = read();
        assertThat(settings.connectionLimits().all()).isEqualTo(10_000);
        assertThat(settings.connectionLimits().perAddress()).isZero();
        assertThat(settings.operating().health()).isEmpty();
        assertThat(settings.operating().metrics()).isEmpty();
        assertThat(settings.operating().explain()).isFalse();
        assertThat(settings.operating().proxies().ranges()).isEmpty();
        assertThat(settings.limits().lifetime()).isZero();
    }

    @Test
    void pathSettingOverridesTheGeneralOne() {
        SettingValues values = values("changeover.library.size", "1K", "changeover.path./a.b/{c}.library.size", "2K", "changeover.path./d.library.size", "none");
        assertThat(values.size("changeover.library.size", 0)).isEqualTo(1024);
        assertThat(values.at("/a.b/{c}").size("changeover.library.size", 0)).isEqualTo(2048);
        assertThat(values.at("/other").size("changeover.library.size", 0)).isEqualTo(1024);
        assertThat(values.pathsWith(Set.of("changeover.library.size"))).containsExactly("/a.b/{c}", "/d");
        assertThatThrownBy(() -> values.at("/d").size("changeover.library.size", 0)).hasMessageContaining("The setting changeover.path./d.library.size is 'none'");
    }

    /** A path that has only settings of a library need not offer a protocol yet: an endpoint may offer it later. */
    @Test
    void pathMayHaveTimeoutsAndLibrarySettings() {
        Settings settings = read("changeover.path./a.idle", "5s", "changeover.path./a.lifetime", "1h", "changeover.path./b.library.size", "1");
        assertThat(settings.paths()).containsOnlyKeys(PathTemplate.of("/a"));
        assertThat(settings.paths().get(PathTemplate.of("/a")).idle()).contains(Duration.ofSeconds(5));
        assertThat(settings.paths().get(PathTemplate.of("/a")).lifetime()).contains(Duration.ofHours(1));
        assertThatThrownBy(() -> read("changeover.path./b.library", "1")).hasMessageContaining("no such setting");
        assertThatThrownBy(() -> read("changeover.path.b{.library.size", "1")).hasMessageContaining("no such setting");
        assertThatThrownBy(() -> read("changeover.path./b{.library.size", "1")).hasMessageContaining("a path between");
    }

    @Test
    void drainIsAtOnceAndNotARestartByDefault() {
        assertThat(read().drainOptions()).isEqualTo(new DrainOptions(0, false));
        assertThat(read("changeover.drain.pace", "250", "changeover.drain.code", "1012").drainOptions()).isEqualTo(new DrainOptions(250, true));
        assertThat(read("changeover.drain.pace", "250", "changeover.drain.code", "1012").shown()).containsEntry("drain.pace", "250").containsEntry("drain.code", "1012");
        assertThatThrownBy(() -> read("changeover.drain.code", "1000")).hasMessage("The setting changeover.drain.code is '1000'. Allowed: 1001 or 1012");
        assertThatThrownBy(() -> read("changeover.drain.pace", "-1")).hasMessageContaining("changeover.drain.pace is '-1'");
    }

    @ParameterizedTest
    @CsvSource({"0, 5s, 10000", "2500, 5s, 10000", "100, 125s, 10000", "100, 5s, 400", "1, 5s, 0"})
    void sufficientPaceNeedsNoWarning(String pace, String drain, String connections) {
        assertThat(read("changeover.drain.pace", pace, "changeover.drain", drain, "changeover.connections.max", connections).drainWarning()).isEmpty();
    }

    @Test
    void insufficientPaceNeedsAWarning() {
        assertThat(read("changeover.drain.pace", "100").drainWarning()).contains("changeover.drain.pace is 100. A drain calls the handler of every connection within 80 % of changeover.drain (5s), "
                + "so with 10000 connections (changeover.connections.max) the pace is raised to 2500 connections per second. To keep the pace, set changeover.drain to at least 125s, "
                + "or changeover.connections.max to at most 400. To accept the higher pace, set changeover.drain.pace to at least 2500");
        assertThat(read("changeover.drain.pace", "100", "changeover.drain", "0s").drainWarning()).contains(
                "changeover.drain.pace has no effect, because changeover.drain is 0s: all handlers are called at once. Set changeover.drain to a longer time");
        assertThat(read("changeover.drain.pace", "1", "changeover.drain", "1s").drainWarning().orElseThrow()).doesNotContain("at most");
    }

    @Test
    void variableNamesAreIrrelevant() {
        SettingValues values = values("changeover.path./a/{x}.library.size", "2K", "changeover.path./a/{y}.library.other", "3K", "changeover.path./a/{x}/b.library.size", "4K",
                "changeover.path./a/{z.library.size", "5K");
        for (String template : List.of("/a/{x}", "/a/{y}", "/a/{room}")) {
            assertThat(values.at(template).size("changeover.library.size", 0)).as(template).isEqualTo(2048);
            assertThat(values.at(template).size("changeover.library.other", 0)).as(template).isEqualTo(3072);
        }
        assertThat(values.at("/a/b").size("changeover.library.size", 1)).isEqualTo(1);
        assertThat(values.at("/a/{y}").effectiveName("changeover.library.size")).isEqualTo("changeover.path./a/{x}.library.size");

        Settings settings = read("changeover.path./a/{x}.idle", "5s", "changeover.path./a/{y}.lifetime", "1h", "changeover.path./a/{y}.idle", "5s");
        assertThat(settings.paths()).hasSize(1);
        assertThat(settings.limits(PathTemplate.of("/a/{z}"))).isEqualTo(settings.limits().with(Duration.ofSeconds(5), Duration.ofHours(1)));
        assertThat(settings.limits(PathTemplate.of("/a/b"))).isSameAs(settings.limits());
    }

    @ParameterizedTest
    @CsvSource({"idle, 5s, 6s", "required, true, false", "roles, member, guest", "connections.max, 1, 2", "protocols, foo/1, foo/2", "library.size, 1K, 2K"})
    void conflictingSettingsForTheSamePathsAreRejected(String what, String one, String other) {
        assertThatThrownBy(() -> read("changeover.path./a/{x}." + what, one, "changeover.path./a/{y}." + what, other)).isInstanceOf(SettingValues.InvalidSettingException.class)
                .hasMessage("The setting changeover.path./a/{y}." + what + " is '" + other + "'. Allowed: the value of changeover.path./a/{x}." + what + ", '" + one
                        + "', because both settings apply to the same paths, whatever the names of the variables are. Remove one of them");
        assertThat(read("changeover.path./a/{x}." + what, one, "changeover.path./a/{y}." + what, one)).isNotNull();
    }

    @Test
    void settingsAreShown() {
        Settings settings = read("changeover.connections.max", "0", "changeover.protocol.foo/2.connections.max", "7", "changeover.path./x/{y}.connections.max", "3",
                "changeover.path./x/{y}.protocols", "foo/2", "changeover.lifetime", "90m", "changeover.idle", "1500ms", "changeover.trusted-proxies", "10.0.0.0/8, ::1",
                "changeover.metrics.path", "/ops/metrics", "changeover.library", "x");
        assertThat(settings.connectionLimits().protocols()).containsExactly(Map.entry(ProtocolToken.of("foo/2"), 7));
        assertThat(settings.connectionLimits().paths()).containsExactly(Map.entry("/x/{y}", 3));
        assertThat(settings.limits().lifetime()).isEqualTo(Duration.ofMinutes(90));
        assertThat(settings.shown()).containsEntry("connections.max", "0").containsEntry("protocol.foo/2.connections.max", "7").containsEntry("path./x/{y}.connections.max", "3")
                .containsEntry("idle", "1500ms").containsEntry("lifetime", "5400s").containsEntry("trusted-proxies", "[10.0.0.0/8, 0:0:0:0:0:0:0:1/128]")
                .containsEntry("metrics.path", "/ops/metrics").containsEntry("early-data.max", "any");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "changeover.connections.max | -1 | whole number",
        "changeover.connections.max | 99999999 | up to 10000000",
        "changeover.connections.per-address.max | many | whole number",
        "changeover.protocol.a b.connections.max | 1 | such as example/1",
        "changeover.protocol.foo/2.connections.max | 0 | above 0",
        "changeover.path./x.connections.max | 0 | above 0",
        "changeover.protocol.foo/2.connection.max | 1 | no such setting",
        "changeover.trusted-proxies | localhost | such as 10.0.0.0/8",
        "changeover.trusted-proxies | 10.0.0.1/8 | such as 10.0.0.0/8",
        "changeover.health.path | health | such as /health",
        "changeover.metrics.path | /m/* | such as /health",
        "changeover.explain | yes | true or false",
        "changeover.decisions | 1M | 0 for none",
        "changeover.early-data.max | 0 | above 0"})
    void invalidSettingIsNamedWithAllowedValues(String name, String value, String allowed) {
        assertThatThrownBy(() -> read(name, value)).isInstanceOf(SettingValues.InvalidSettingException.class).hasMessageContaining(name).hasMessageContaining(allowed);
    }
}
