package io.github.changeover.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that the tests start, and end together with all programs that it has started. */
public final class ChildProcess implements AutoCloseable {
    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /** Starts a program in the background and appends its output to a file. The program ends with this JVM at the latest. */
    public static ChildProcess start(List<String> command, Map<String, String> environment, Path directory, Path log) {
        try {
            Files.createDirectories(log.getParent());
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            ChildProcess child = new ChildProcess(builder.start());
            Runtime.getRuntime().addShutdownHook(new Thread(child::kill));
            return child;
        } catch (IOException e) {
            throw new IllegalStateException("cannot start " + command.get(0), e);
        }
    }

    /** Runs a program to its end. Returns its output. Throws an exception if it fails. */
    public static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(command + " ended with " + status + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + command.get(0), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: " + command, e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Requests the end of the program, waits, and then forces it. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
    }

    /** The program, or the program that it has started. */
    long lastPid() {
        return process.descendants().mapToLong(ProcessHandle::pid).reduce(process.pid(), (parent, child) -> child);
    }

    /** Ends all of it at once, by SIGKILL: nothing is closed or sent. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
