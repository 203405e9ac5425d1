package io.github.changeover.servlet.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.servlet.Deployment;
import io.github.changeover.servlet.FakeServletContext;
import io.github.changeover.servlet.adapter.ContainerSupport;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MicroProfile Config may be missing; any other failure is reported. The test compiles an API of the same shape. */
class MicroProfileSettingsTest {
    private static final String API = """
            package org.eclipse.microprofile.config;
            public interface Config {
                <T> java.util.Optional<T> getOptionalValue(String name, Class<T> type);
                Iterable<String> getPropertyNames();
                Iterable<org.eclipse.microprofile.config.spi.ConfigSource> getConfigSources();
            }
            """;
    private static final String SOURCE = """
            package org.eclipse.microprofile.config.spi;
            public interface ConfigSource {
                String getName();
                String getValue(String name);
                java.util.Set<String> getPropertyNames();
            }
            """;
    /** Behaves as the system property specifies. */
    private static final String RESOLVER = """
            package org.eclipse.microprofile.config.spi;
            import java.util.*;
            public class ConfigProviderResolver {
                private static String mode() { return System.getProperty("test.microprofile"); }
                public static ConfigProviderResolver instance() {
                    if (mode().equals("none")) throw new IllegalStateException("No ConfigProviderResolver implementation found!");
                    if (mode().equals("several")) throw new IllegalStateException("Multiple ConfigProviderResolver implementations found: a and b");
                    if (mode().equals("linkage")) throw new NoClassDefFoundError("some/Class");
                    return new ConfigProviderResolver();
                }
                public org.eclipse.microprofile.config.Config getConfig(ClassLoader loader) {
                    if (mode().equals("config")) throw new IllegalArgumentException("no configuration for this loader");
                    return new Both();
                }
                private record Source(String getName, Map<String, String> values, boolean broken) implements ConfigSource {
                    public String getValue(String name) {
                        if (broken && mode().equals("value") && name.endsWith("origins")) throw new IllegalStateException("the vault is sealed");
                        return values.get(name);
                    }
                    public Set<String> getPropertyNames() {
                        if (broken && mode().equals("names")) throw new IllegalStateException("the vault is sealed");
                        return values.keySet();
                    }
                }
                private static final class Both implements org.eclipse.microprofile.config.Config {
                    private final List<ConfigSource> sources = List.of(new Source("file", Map.of("changeover.idle", " 5s ", "other", "x"), false),
                            new Source("vault", Map.of("changeover.websocket.origins", "https://a", "changeover.stall", "3s"), true));
                    public Iterable<ConfigSource> getConfigSources() { return sources; }
                    public Iterable<String> getPropertyNames() {
                        Set<String> all = new TreeSet<>();
                        sources.forEach(source -> all.addAll(source.getPropertyNames()));
                        return all;
                    }
                    public <T> Optional<T> getOptionalValue(String name, Class<T> type) {
                        if (mode().equals("expression") && name.endsWith("stall")) throw new NoSuchElementException("SRCFG00011: ${STALL} is not there");
                        for (ConfigSource source : sources) if (source.getValue(name) != null) return Optional.of(type.cast(source.getValue(name)));
                        return Optional.empty();
                    }
                }
            }
            """;

    @TempDir
    static Path folder;
    private static ClassLoader loader;

    @BeforeAll
    static void compile() throws Exception {
        List<String> words = new ArrayList<>(List.of("-d", folder.resolve("classes").toString()));
        for (String[] file : new String[][] {{"Config", API}, {"ConfigSource", SOURCE}, {"ConfigProviderResolver", RESOLVER}}) {
            words.add(Files.writeString(folder.resolve(file[0] + ".java"), file[1]).toString());
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new))).isZero();
        loader = new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()}, MicroProfileSettingsTest.class.getClassLoader());
    }

    @AfterEach
    void clear() {
        System.clearProperty("test.microprofile");
    }

    private static SettingSource settings(String mode, ClassLoader loader) {
        System.setProperty("test.microprofile", mode);
        FakeServletContext fake = new FakeServletContext();
        fake.loader = loader;
        fake.parameters.put("changeover.idle", "7s");
        return SettingSource.of(fake.context);
    }

    @Test
    @DisplayName("C8: MicroProfile Config is read before the context parameters")
    void microProfileConfigIsRead() {
        SettingSource settings = settings("fine", loader);
        assertThat(settings.value("changeover.idle")).contains("5s");
        assertThat(settings.value("changeover.stall")).contains("3s");
        assertThat(settings.names()).contains("changeover.idle", "changeover.stall", "changeover.websocket.origins");
    }

    @Test
    @DisplayName("C8: without the API or an implementation, the other sources are used")
    void missingMicroProfileConfigIsIgnored() {
        assertThat(settings("fine", MicroProfileSettingsTest.class.getClassLoader()).value("changeover.idle")).contains("7s");
        assertThat(settings("none", loader).value("changeover.idle")).contains("7s");
    }

    @ParameterizedTest(name = "C8: after a failure ({0}) the settings are not used in part: {1}")
    @CsvSource(delimiter = '|', value = {
        "value | the setting changeover.websocket.origins, source 'vault' (java.lang.IllegalStateException: the vault is sealed)",
        "names | the names of its properties, source 'vault' (java.lang.IllegalStateException: the vault is sealed)",
        "expression | the setting changeover.stall refers to a property that does not exist (SRCFG00011: ${STALL} is not there)",
        "config | no configuration for this loader",
        "several | Multiple ConfigProviderResolver implementations found",
        "linkage | some/Class"})
    void otherFailuresStopTheDeployment(String mode, String said) {
        assertThatThrownBy(() -> settings(mode, loader)).isInstanceOf(RuntimeException.class).hasMessageContaining("MicroProfile Config cannot be read")
                .hasMessageContaining(said);
        FakeServletContext fake = new FakeServletContext();
        fake.loader = loader;
        assertThatThrownBy(() -> Deployment.start(fake.context)).hasMessageContaining("MicroProfile Config cannot be read");
        assertThat(ContainerSupport.switches(fake.context)).as("no engine is put in place on a part of the settings").isFalse();
    }
}
