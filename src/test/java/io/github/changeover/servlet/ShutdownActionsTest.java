package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ShutdownActionsTest {
    private static final String UNTOLD = "the log fails";
    private final List<String> done = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord event) {
            if (UNTOLD.equals(event.getThrown().getMessage())) throw new NoClassDefFoundError("the log's");
            logged.add(event.getMessage() + ": " + event.getThrown().getMessage());
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };

    @Test
    @DisplayName("Every action runs, in reverse order, even if another one throws; each failure is logged")
    void everyActionRunsInReverseOrder() {
        ShutdownActions undo = new ShutdownActions();
        undo.add("end the first", () -> done.add("first"));
        undo.add("unload the class", () -> {
            throw new NoClassDefFoundError("io/github/changeover/Gone");
        });
        undo.add("close the file", () -> {
            throw new IOException("unreadable");
        });
        undo.add("end the log", () -> {
            throw new IllegalStateException(UNTOLD);
        });
        undo.add("end the last", () -> done.add("last"));
        Logger logger = Logger.getLogger("io.github.changeover");
        logger.addHandler(log);
        try {
            undo.run();
            undo.run();
        } finally {
            logger.removeHandler(log);
        }
        assertThat(done).containsExactly("last", "first");
        assertThat(logged).containsExactly("Could not close the file: unreadable", "Could not unload the class: io/github/changeover/Gone");
    }
}
