package io.github.changeover.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Sends what an embedded container logs to target/logs/NAME.log instead of the console. */
final class LogCapture {
    // Held: java.util.logging keeps its loggers weakly.
    private static final Logger ROOT = LogManager.getLogManager().getLogger("");

    private static Handler toFile;

    private LogCapture() {
    }

    /** Again when a container has put handlers of its own in place. */
    static synchronized void start(String container) {
        Path file = TestDirectories.logFile(container);
        try {
            if (toFile == null) {
                toFile = open(file);
            }
            for (Handler handler : ROOT.getHandlers()) {
                ROOT.removeHandler(handler);
            }
            ROOT.addHandler(toFile);
        } catch (IOException e) {
            throw new IllegalStateException("cannot log to " + file, e);
        }
    }

    private static Handler open(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        // A lock left by a JVM that was killed would make the handler choose another name.
        Files.deleteIfExists(Path.of(file + ".lck"));
        Handler handler = new FileHandler(file.toString(), false);
        handler.setFormatter(new SimpleFormatter());
        handler.setEncoding("UTF-8");
        handler.setLevel(Level.ALL);
        return handler;
    }
}
