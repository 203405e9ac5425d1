package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The code that docs/test-kit.md shows compiles and runs. */
class TestKitDocsTest {
    private static final Path BASE = Path.of(System.getProperty("changeover.basedir", "."));

    @TempDir
    private static Path classes;

    private static List<String> examples() throws IOException {
        Matcher java = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(BASE.resolve("docs/test-kit.md")));
        return java.results().map(found -> found.group(1)).toList();
    }

    @TestFactory
    Stream<DynamicTest> documentedTestWithoutAContainerPasses() throws Exception {
        Path source = Files.writeString(Files.createDirectories(classes.resolve("shop")).resolve("EchoTest.java"), examples().get(0));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, said, said, "-Xlint:all", "-Werror", "-proc:none",
                "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString());
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
        Class<?> test = new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader()).loadClass("shop.EchoTest");
        List<Method> methods = Stream.of(test.getDeclaredMethods()).filter(method -> method.isAnnotationPresent(Test.class)).toList();
        assertThat(methods).hasSize(3);
        return methods.stream().map(method -> DynamicTest.dynamicTest(method.getName(), () -> {
            Constructor<?> constructor = test.getDeclaredConstructor();
            constructor.setAccessible(true);
            method.setAccessible(true);
            method.invoke(constructor.newInstance());
        }));
    }

    @Test
    void documentedArquillianTestIsInTheSources() throws IOException {
        assertThat(Files.readString(BASE.resolve("src/test/java/io/github/changeover/it/arquillian/ShoutIT.java"))).endsWith(examples().get(1));
    }
}
