package io.github.changeover.relay.redis;

import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.container.TestDirectories;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Redis on a free port of the loopback address, without files. */
public final class RedisServer implements AutoCloseable {
    private final List<String> command;
    private final int port;
    private Process process;

    private RedisServer(int port, List<String> command) {
        this.port = port;
        this.command = command;
    }

    /** @param options further options, in which PORT stands for a free port */
    public static RedisServer start(String... options) throws IOException, InterruptedException {
        int port = TestDirectories.freePort();
        List<String> command = new ArrayList<>(List.of(ExternalTool.require("redis-server").toString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                "--daemonize", "no", "--loglevel", "warning"));
        boolean replaced = false;
        for (String option : options) {
            command.add(option.replace("PORT", "" + port));
            replaced |= option.contains("PORT");
        }
        if (!replaced) command.addAll(List.of("--port", "" + port));
        RedisServer server = new RedisServer(port, command);
        Runtime.getRuntime().addShutdownHook(new Thread(server::kill));
        return server.restart();
    }

    public int port() {
        return port;
    }

    public RedisServer restart() throws IOException, InterruptedException {
        Path log = Path.of(System.getProperty("changeover.target", "target"), "redis-" + port + ".log");
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        for (int attempt = 0; attempt < 500; attempt++) {
            if (!process.isAlive()) throw new IOException("Redis has ended, see " + log);
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
                return this;
            } catch (IOException notYet) {
                Thread.sleep(10);
            }
        }
        throw new IOException("Redis does not listen, see " + log);
    }

    /** Ends the process without giving it a chance to close its connections. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Sends a signal to the process, such as STOP. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    @Override
    public void close() {
        kill();
    }
}
