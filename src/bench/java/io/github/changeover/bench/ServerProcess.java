package io.github.changeover.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a separate JVM. All servers that are compared have the same options. */
final class ServerProcess implements AutoCloseable {
    private final Peer peer;
    private final Process process;
    private final BufferedReader answers;
    private final OutputStream orders;
    private final InetSocketAddress address;

    private ServerProcess(Peer peer, Process process) throws IOException {
        this.peer = peer;
        this.process = process;
        this.answers = process.inputReader();
        this.orders = process.getOutputStream();
        this.address = new InetSocketAddress("127.0.0.1", (int) answer("port "));
    }

    static ServerProcess start(Peer peer, Jvm jvm) throws IOException {
        return start(peer, jvm, peer.name(), List.of());
    }

    /**
     * Starts a server with more options.
     *
     * @param name names its log
     */
    static ServerProcess start(Peer peer, Jvm jvm, String name, List<String> options) throws IOException {
        Path logs = Files.createDirectories(Path.of(System.getProperty("changeover.target"), "bench", "logs"));
        Path settings = Path.of(System.getProperty("changeover.basedir"), "src", "bench", "resources", "logging.properties");
        List<String> command = new ArrayList<>(List.of(jvm.home().resolve("bin").resolve("java").toString()));
        command.addAll(jvm.flags());
        command.addAll(peer.options());
        command.addAll(options);
        command.addAll(List.of(System.getProperty("bench.flags", "").split(" ")));
        command.removeIf(String::isEmpty);
        command.addAll(List.of("-Djava.util.logging.config.file=" + settings, "-Dchangeover.connections.max=20000", "-Dbench.classes=" + peer.classes(),
                "-Dchangeover.target=" + System.getProperty("changeover.target"), "-cp", peer.classPath()));
        command.addAll(peer.program());
        File log = logs.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command).redirectError(log).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        try {
            return new ServerProcess(peer, process);
        } catch (IOException gone) {
            throw new IOException(peer + " did not start, see " + log, gone);
        }
    }

    Peer peer() {
        return peer;
    }

    InetSocketAddress address() {
        return address;
    }

    /** Returns the CPU time of all threads so far, in user and system mode. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow(() -> new IllegalStateException("This system does not tell what CPU time a process has used"));
    }

    /** Returns the number of bytes of live objects in the heap, after a garbage collection. */
    long heap() throws IOException {
        return ask("heap");
    }

    /** Returns the number of bytes of direct buffers. */
    long direct() throws IOException {
        return ask("direct");
    }

    private long ask(String what) throws IOException {
        orders.write((what + "\n").getBytes(StandardCharsets.US_ASCII));
        orders.flush();
        return answer(what + " ");
    }

    private long answer(String name) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(name)) return Long.parseLong(line.substring(name.length()));
        }
        throw new IOException(peer + " has ended");
    }

    @Override
    public void close() throws IOException {
        orders.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
