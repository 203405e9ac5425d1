package io.github.changeover.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the log of an embedded container. */
class LogCaptureTest {
    @Test
    @DisplayName("What a container logs while the JVM ends is in its log, although java.util.logging has closed its handlers")
    void staysOpenWhileTheContainerStops(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("container.log");
        Handler handler = LogCapture.open(file);

        handler.close();
        handler.publish(new LogRecord(Level.INFO, "the last word"));

        assertThat(Files.readString(file)).contains("the last word");
    }
}
