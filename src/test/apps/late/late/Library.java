package late;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.servlet.ProtocolLibrary;
import java.util.Set;

/** Starts, and fails in the last step of the start, as its setting requests. */
public final class Library implements ProtocolLibrary {
    @Override
    public Set<String> settings() {
        return Set.of("changeover.late");
    }

    @Override
    public Started start(Start start) {
        String kind = start.settings().value("changeover.late").orElse("");
        Thread thread = new Thread(() -> {
            try {
                Thread.sleep(600_000);
            } catch (InterruptedException ended) {
                // close() has been called
            }
        }, "changeover-late-library");
        thread.setDaemon(true);
        thread.start();
        return new Started() {
            @Override
            public void rules(PathPolicy policy) {
                switch (kind) {
                    case "exception" -> throw new IllegalStateException("fails late");
                    case "linkage" -> throw new NoClassDefFoundError("some/late/Class");
                    case "memory" -> throw new OutOfMemoryError("fails late, on purpose");
                    default -> { }
                }
            }

            @Override
            public void close() {
                thread.interrupt();
            }
        };
    }
}
