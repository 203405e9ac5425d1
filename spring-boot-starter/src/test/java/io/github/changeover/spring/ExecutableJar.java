package io.github.changeover.spring;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** Makes an executable JAR of the test application and the class path of this test, as Spring Boot's Maven plugin does. */
public final class ExecutableJar {
    private static final List<String> FOR_TESTS = List.of("junit", "surefire", "assertj", "mockito", "spring-boot-test", "spring-test", "awaitility", "loader-tools", "test-kit", "opentest4j",
            "byte-buddy", "devtools", "jetty", "hamcrest", "xmlunit", "jsonassert", "json-path");

    private ExecutableJar() {
    }

    public static Path make(Path folder, Class<?> main) throws IOException {
        Path classes = folder.resolve("application.jar"), result = folder.resolve("executable.jar");
        List<File> libraries = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path entry = Path.of(each);
            if (entry.endsWith("test-classes")) jar(entry, classes);
            else if (Files.isDirectory(entry)) libraries.add(jar(entry, folder.resolve("changeover-spring-boot-starter.jar")).toFile());
            else if (FOR_TESTS.stream().noneMatch(entry.getFileName().toString()::contains)) libraries.add(entry.toFile());
        }
        Repackager repackager = new Repackager(classes.toFile());
        repackager.setMainClass(main.getName());
        repackager.repackage(result.toFile(), callback -> {
            for (File library : libraries) callback.library(new Library(library, LibraryScope.RUNTIME));
        });
        return result;
    }

    private static Path jar(Path classes, Path to) throws IOException {
        try (OutputStream file = Files.newOutputStream(to); JarOutputStream jar = new JarOutputStream(file); Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(each).toString().replace(File.separatorChar, '/')));
                Files.copy(each, jar);
                jar.closeEntry();
            }
        }
        return to;
    }
}
