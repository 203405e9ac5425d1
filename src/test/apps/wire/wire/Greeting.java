package wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;

/** Sends a text first, then echoes everything. */
final class Greeting implements ConnectionHandler.Events {
    private final String words;

    Greeting(String words) {
        this.words = words;
    }

    @Override
    public void opened(SwitchedConnection connection) {
        connection.send(ByteBuffer.wrap(words.getBytes(ISO_8859_1)));
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }
}
