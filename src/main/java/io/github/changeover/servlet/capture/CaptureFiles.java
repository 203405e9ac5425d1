package io.github.changeover.servlet.capture;

import jakarta.servlet.ServletContext;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Files for captured responses that are too long for memory. They are in the temporary directory of the application; their total size is limited. */
public final class CaptureFiles {
    public static final CaptureFiles NONE = new CaptureFiles(0, Path.of(""));
    private final long limit;
    private final Path directory;
    private final AtomicLong reserved = new AtomicLong();

    CaptureFiles(long limit, Path directory) {
        this.limit = limit;
        this.directory = directory;
    }

    public static CaptureFiles of(ServletContext context, long limit) {
        return new CaptureFiles(limit, context.getAttribute(ServletContext.TEMPDIR) instanceof File directory ? directory.toPath() : Path.of(System.getProperty("java.io.tmpdir")));
    }

    long limit() {
        return limit;
    }

    /** Reserves this many bytes. Returns false if that would exceed the limit. */
    boolean reserve(long bytes) {
        for (long now = reserved.get(); bytes <= limit - now; now = reserved.get()) {
            if (reserved.compareAndSet(now, now + bytes)) return true;
        }
        return false;
    }

    void release(long bytes) {
        reserved.addAndGet(-bytes);
    }

    /**
     * Opens a file that is readable only by its owner and is deleted when it is closed. If the system allows it, the name of the file is removed
     * immediately.
     */
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
