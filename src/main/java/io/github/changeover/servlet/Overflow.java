package io.github.changeover.servlet;

import jakarta.servlet.ServletContext;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Room for captured answers that are too long for memory: files in the application's own directory, so many octets in all of them. */
final class Overflow {
    static final Overflow NONE = new Overflow(0, Path.of(""));
    private final long most;
    private final Path directory;
    private final AtomicLong taken = new AtomicLong();

    Overflow(long most, Path directory) {
        this.most = most;
        this.directory = directory;
    }

    static Overflow of(ServletContext context, long most) {
        return new Overflow(most, context.getAttribute(ServletContext.TEMPDIR) instanceof File own ? own.toPath() : Path.of(System.getProperty("java.io.tmpdir")));
    }

    long most() {
        return most;
    }

    /** Whether there is room for so many more; it is taken then. */
    boolean take(long octets) {
        for (long now = taken.get(); octets <= most - now; now = taken.get()) {
            if (taken.compareAndSet(now, now + octets)) return true;
        }
        return false;
    }

    void giveBack(long octets) {
        taken.addAndGet(-octets);
    }

    /** A file that nobody else can read, and that is gone when it is closed: where the system can, it has no name even before. */
    FileChannel open() throws IOException {
        Path file = Files.createTempFile(directory, "changeover", ".answer");
        try {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException failure) {
            Files.deleteIfExists(file);
            throw failure;
        }
    }
}
