package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.forked.ForkedApplication;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of dependencies in a pom is the order of the class path. Tomcat's WebSocket JAR has the API, too, and a default {@code Configurator} of its own. */
class ClassPathOrderTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName("endpoints get their beans, although Tomcat's WebSocket API is the first on the class path")
    void tomcatsWebSocketFirst() throws Exception {
        String classPath = Arrays.stream(ForkedServer.classPathWithout("devtools").split(File.pathSeparator)).sorted(Comparator.comparing(entry -> !entry.contains("tomcat-embed-websocket")))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).contains("tomcat-embed-websocket");
        try (ForkedServer server = ForkedServer.start(folder, List.of(ForkedServer.JAVA.toString(), "-cp", classPath, ForkedApplication.class.getName()))) {
            server.await(() -> server.status("/actuator/health") == 200);
            try (WebSocketWire socket = server.webSocket("/echo/x")) {
                assertThat(socket.text()).isEqualTo("Welcome to x");
                assertThat(socket.send("hello").text()).isEqualTo("1 hello");
            }
        }
    }
}
