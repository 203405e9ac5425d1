package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.forked.ForkedApplication;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
@DisplayName("a restart by DevTools")
class DevToolsTest {
    private static final int RESTARTS = 5;
    @TempDir
    private Path folder;

    /**
     * The class path has directories, as in an IDE: DevTools restarts only what is not in a JAR. Caches of the JDK and of Spring keep class loaders by soft
     * references, which this JVM clears at each collection.
     */
    @Test
    void tellsTheClientsAndLeavesNoClassLoaderBehind() throws Exception {
        Path changing = Files.createDirectories(folder.resolve("classes")).resolve("changed.properties");
        Files.writeString(changing, "0");
        try (ForkedServer server = ForkedServer.start(folder, List.of(ForkedServer.JAVA.toString(), "-XX:SoftRefLRUPolicyMSPerMB=0", "-cp",
                changing.getParent() + File.pathSeparator + ForkedServer.classPathWithout(), ForkedApplication.class.getName()), "spring.devtools.restart.poll-interval=200ms",
                "spring.devtools.restart.quiet-period=100ms", "spring.devtools.livereload.enabled=false")) {
            for (int i = 1; i <= RESTARTS; i++) {
                try (WebSocketWire socket = open(server)) {
                    assertThat(socket.text()).isEqualTo("Welcome to x");
                    Files.writeString(changing, Integer.toString(i));
                    assertThat(socket.closeCode()).isEqualTo(1001);
                }
            }
            open(server).close();
            int loaders = RESTARTS;
            for (int i = 0; i < 50 && loaders > 2; i++) {
                jcmd(server, "GC.run");
                loaders = jcmd(server, "GC.class_histogram").lines().filter(line -> line.contains("devtools.restart.classloader.RestartClassLoader"))
                        .mapToInt(line -> Integer.parseInt(line.strip().split("\\s+")[1])).sum();
            }
            assertThat(loaders).as("class loaders after %d restarts", RESTARTS).isBetween(1, 2);
        }
    }

    private static WebSocketWire open(ForkedServer server) throws Exception {
        AtomicReference<WebSocketWire> opened = new AtomicReference<>();
        server.await(() -> {
            opened.set(server.webSocket("/echo/x"));
            return opened.get().head.status() == 101;
        });
        return opened.get();
    }

    private String jcmd(ForkedServer server, String command) throws Exception {
        return ForkedServer.run(folder, List.of(ForkedServer.JAVA.resolveSibling("jcmd").toString(), Long.toString(server.process.pid()), command));
    }
}
