package io.github.changeover.spring.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import jakarta.annotation.PreDestroy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

/** Greets with a bean, and echoes lines with their number on this connection. */
@UpgradeEndpoint(value = "/lines/{room}", protocol = "line/1")
public final class LineEndpoint implements ConnectionHandler.Blocking {
    private final Greeting greeting;
    private int lines;

    public LineEndpoint(Greeting greeting) {
        this.greeting = greeting;
    }

    @Override
    public void serve(BlockingConnection connection) throws IOException {
        write(connection, greeting.to(connection.request().pathParameter("room")));
        BufferedReader input = new BufferedReader(new InputStreamReader(connection.input(), UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) write(connection, ++lines + " " + line);
        write(connection, "BYE");
    }

    private static void write(BlockingConnection connection, String line) throws IOException {
        connection.output().write((line + "\n").getBytes(UTF_8));
    }

    @PreDestroy
    public void destroyed() {
        greeting.ended().incrementAndGet();
    }
}
