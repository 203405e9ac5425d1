package ends;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Echoes bytes. The first byte that arrives may be a command: "h" sends "bye", ends the output and continues to read. "f" sends 4 MB and closes. "m" sends the same
 * from another thread, in 20,000 pieces. "w" sends 7 MB and continues. After "q", nothing is echoed. When the connection has closed, the bytes after "h", or the
 * number of other bytes, are recorded. The number so far is always recorded.
 */
@UpgradeEndpoint(value = "/ends", protocol = "ends")
public final class Ends implements ConnectionHandler.Events {
    /** What connections have received, by the query of their request. */
    static final Map<String, String> HEARD = new ConcurrentHashMap<>();
    private ByteArrayOutputStream after;        // null before "h"
    private boolean quiet;
    private int count;

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        byte first = bytes.get(bytes.position());
        if (after != null) {
            while (bytes.hasRemaining()) after.write(bytes.get());
        } else if (first == 'h') {
            after = new ByteArrayOutputStream();
            connection.send(StandardCharsets.US_ASCII.encode("bye"));
            connection.endOutput();
        } else if (first == 'f') {
            for (int i = 0; i < 4; i++) connection.send(ByteBuffer.allocate(1_000_000));
            connection.close();
        } else if (first == 'm') {
            new Thread(() -> {
                for (int i = 0; i < 20_000; i++) connection.send(ByteBuffer.allocate(200));
                connection.close();
            }).start();
        } else {
            if (first == 'q' || first == 'w') bytes.get();
            if (first == 'q') quiet = true;
            if (first == 'w') for (int i = 0; i < 7; i++) connection.send(ByteBuffer.allocate(1_000_000));
            count += bytes.remaining();
            if (!quiet && bytes.hasRemaining()) connection.send(bytes);
            HEARD.put("so-far-" + connection.request().query(), count + " bytes");
        }
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        HEARD.put(connection.request().query(), (after != null ? after + " " : count + " bytes ") + cause.kind());
    }
}
