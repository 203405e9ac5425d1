package typical.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** One instance for the application. */
@ApplicationScoped
public class Book {
    private final List<String> lines = new ArrayList<>();

    /** Adds a line. */
    public synchronized void write(String line) {
        lines.add(line);
    }

    /** All lines. */
    public synchronized String read() {
        return String.join(", ", lines);
    }
}
