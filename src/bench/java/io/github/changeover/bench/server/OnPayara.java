package io.github.changeover.bench.server;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Embedded Payara 6 with the configuration of the integration tests: one listener on 127.0.0.1, no data grid. Argument: the WAR; without an
 * argument, Payara's own WebSocket engine serves the same echo.
 */
final class OnPayara {
    private static final int ANY_PORT = 0;
    private static final Logger ROOT = Logger.getLogger("");

    private OnPayara() {
    }

    public static void main(String[] arguments) throws IOException {
        boolean own = arguments.length == 0;
        ContainerUnderTest payara = Containers.start(own ? "payara-own" : "payara-bench", ListenerPorts.plain(ANY_PORT));
        payara.deploy(own ? echo() : Path.of(arguments[0]), "");
        ROOT.setLevel(Level.WARNING);
        ControlLine.serve(payara.http().getPort());
    }

    /** Returns a WAR with nothing but the echo endpoint. */
    private static Path echo() throws IOException {
        String type = EchoEndpoint.class.getName().replace('.', '/') + ".class";
        Path war = Files.createTempFile(Path.of(System.getProperty("bench.classes")).getParent(), "payara-own", ".war");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war)); InputStream bytes = EchoEndpoint.class.getResourceAsStream("/" + type)) {
            zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + type));
            bytes.transferTo(zip);
        }
        return war;
    }
}
