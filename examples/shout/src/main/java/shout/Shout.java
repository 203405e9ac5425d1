package shout;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.IOException;
import java.util.Locale;

/** The protocol {@code shout/1}: sends a welcome line with the name of the room, and then sends all text back in upper case. */
@UpgradeEndpoint(value = "/lines/{room}", protocol = "shout/1")
public final class Shout implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.output().write(("Welcome to " + connection.request().pathParameter("room") + "\n").getBytes(UTF_8));
        byte[] bytes = new byte[4096];
        for (int count = connection.input().read(bytes); count >= 0; count = connection.input().read(bytes)) {
            String received = new String(bytes, 0, count, ISO_8859_1);
            connection.output().write(received.toUpperCase(Locale.ROOT).getBytes(ISO_8859_1));
        }
    }
}
