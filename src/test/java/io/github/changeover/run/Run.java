package io.github.changeover.run;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the WAR until it is stopped: ./mvnw -Prun. */
public final class Run {
    private static final String TRY = """
            Changeover is ready: http://127.0.0.1:%1$d/

            Try it:
              curl -i http://127.0.0.1:%1$d/upgrade-only
              printf 'GET /echo HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\nhello\\n' | nc -N 127.0.0.1 %1$d
              printf 'GET /echo HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: Upgrade\\r\\nUpgrade: example/1\\r\\n\\r\\nhello\\nQUIT\\n' | nc 127.0.0.1 %1$d
              curl --http2 http://127.0.0.1:%1$d/h2c

            The console: %2$s

            Ctrl-C ends it.
            """;

    private Run() {
    }

    /** Arguments: container, port, WAR. */
    public static void main(String[] arguments) throws InterruptedException {
        Thread watch = CallerWatch.start();
        String name = arguments[0];
        if (System.getProperty("changeover.console") == null && System.getenv("CHANGEOVER_CONSOLE") == null) System.setProperty("changeover.console", "true");
        int port = port(arguments[1]);
        System.out.printf("Starting %s on http://127.0.0.1:%d/ and deploying %s ...%n", name, port, Path.of(arguments[2]).getFileName());
        System.out.flush();
        ContainerUnderTest container = Containers.start(name, ListenerPorts.plain(port));
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop, "stop"));
        DemoSettings.all().forEach(System::setProperty);
        container.deploy(Path.of(arguments[2]), "");
        System.out.printf(TRY, port, consoleAddress(container.log(), port));
        System.out.flush();
        watch.join();
    }

    /** The address in the log: it contains the token, unless a role is required. */
    private static String consoleAddress(String log, int port) {
        String plain = "http://127.0.0.1:" + port + "/console/";
        Matcher matcher = Pattern.compile(Pattern.quote(plain) + "\\?token=[A-Za-z0-9_-]+").matcher(log);
        return matcher.find() ? matcher.group() : plain;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            try (ServerSocket free = new ServerSocket()) {
                free.setReuseAddress(true);
                free.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
            }
            return port;
        } catch (IllegalArgumentException e) {
            throw fail("-Dport=" + text + " is not a port: it takes a number from 1 to 65535.");
        } catch (IOException e) {
            throw fail("Port " + text + " is in use: stop what listens there, or choose another with -Dport=N.");
        }
    }

    private static RuntimeException fail(String message) {
        System.err.println(message);
        System.exit(1);
        return new IllegalStateException();
    }
}
