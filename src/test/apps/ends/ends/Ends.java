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
 * Echoes; "h" ends the output behind "bye" and goes on reading, "f" sends 4 MB and closes, "m" the same from a thread of its own in 20,000
 * pieces, "w" sends 7 MB and goes on, after "q" nothing is echoed any more. What came after "h", or how much else came, is kept when the connection has closed; how much so far always is.
 */
@UpgradeEndpoint(value = "/ends", protocol = "ends")
public final class Ends implements ConnectionHandler.Events {
    /** By the query of the request. */
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
        } else if (first == 'w') {
            for (int i = 0; i < 7; i++) connection.send(ByteBuffer.allocate(1_000_000));
        } else {
            if (first == 'q') {
                quiet = true;
                bytes.get();
            }
            count += bytes.remaining();
            if (!quiet) connection.send(bytes);
            HEARD.put("so-far-" + connection.request().query(), count + " bytes");
        }
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        HEARD.put(connection.request().query(), (after != null ? after + " " : count + " bytes ") + cause.kind());
    }
}
