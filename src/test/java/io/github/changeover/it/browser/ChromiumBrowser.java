package io.github.changeover.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Debian's Chromium without a window, controlled over its DevTools protocol. It gets a directory of its own, and sends no requests except those of
 * its pages. A test class shares one instance, because the start takes a second.
 * <pre>{@code
 * try (ChromiumBrowser browser = ChromiumBrowser.start(); BrowserPage page = browser.open(uri)) {
 *     page.await("document.title === 'Changeover'");
 * }
 * }</pre>
 */
public final class ChromiumBrowser implements AutoCloseable {
    private static final List<String> FLAGS = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--remote-debugging-port=0");
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private final Process process;
    private final Path directory;
    private final DevTools tools;

    private ChromiumBrowser(Process process, Path directory, DevTools tools) {
        this.process = process;
        this.directory = directory;
        this.tools = tools;
    }

    /** Starts the browser. Fails if Chromium is not installed, because the tests that use it run only where it is. */
    public static ChromiumBrowser start() {
        try {
            Path directory = Files.createTempDirectory(Path.of(System.getProperty("changeover.target", "target")).toAbsolutePath(), "chromium");
            List<String> command = new ArrayList<>(List.of("chromium"));
            command.addAll(FLAGS);
            command.addAll(List.of("--user-data-dir=" + directory, "about:blank"));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve("log.txt").toFile()).start();
            try {
                return new ChromiumBrowser(process, directory, DevTools.connect(address(process, directory)));
            } catch (RuntimeException | Error failure) {
                process.destroyForcibly();
                throw failure;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("Chromium cannot be started: apt-get install chromium", failure);
        }
    }

    /** The address of the DevTools protocol. Chromium writes its port and path to a file. */
    private static URI address(Process process, Path directory) throws IOException {
        Path file = directory.resolve("DevToolsActivePort");
        for (long until = System.nanoTime() + PATIENCE_NANOS; System.nanoTime() < until; LockSupport.parkNanos(20_000_000)) {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() == 2) return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
            assertThat(process.isAlive()).as("Chromium runs; its log is in " + directory.resolve("log.txt")).isTrue();
        }
        throw new AssertionError("Chromium tells no port in " + file);
    }

    /** Opens a page with cookies and storage of its own. */
    public BrowserPage open(URI address) {
        Object context = tools.ask("Target.createBrowserContext", Map.of(), "").get("browserContextId");
        Object target = tools.ask("Target.createTarget", Map.of("url", "about:blank", "browserContextId", context), "").get("targetId");
        String session = (String) tools.ask("Target.attachToTarget", Map.of("targetId", target, "flatten", true), "").get("sessionId");
        BrowserPage page = new BrowserPage(tools, session, (String) context);
        page.open(address);
        return page;
    }

    @Override
    public void close() {
        tools.close();
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException | UncheckedIOException leftBehind) {
            // a process that is still ending has written into target/
        }
    }
}
