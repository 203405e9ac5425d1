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

/** Redirects the log of an embedded container from the console to target/logs/NAME.log. */
final class LogCapture {
    // A strong reference, because java.util.logging keeps loggers weakly.
    private static final Logger ROOT = LogManager.getLogManager().getLogger("");

    private static Handler toFile;

    private LogCapture() {
    }

    /** Is called again when a container has installed its own handlers. */
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

    static Handler open(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        // If an ended JVM has left a lock file, the handler would choose another name.
        Files.deleteIfExists(Path.of(file + ".lck"));
        Handler handler = new OpenUntilTheEnd(file);
        handler.setFormatter(new SimpleFormatter());
        handler.setEncoding("UTF-8");
        handler.setLevel(Level.ALL);
        return handler;
    }

    /** When the JVM ends, java.util.logging closes its handlers on a thread of its own, while the container that stops still writes to its log. */
    private static final class OpenUntilTheEnd extends FileHandler {
        OpenUntilTheEnd(Path file) throws IOException {
            super(file.toString(), false);
        }

        @Override
        public void close() {
            flush();
        }
    }
}
