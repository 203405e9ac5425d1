package posted;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Like Docker's API: {@code POST} with JSON and {@code Upgrade: tcp}. Sends protocol, id and content of the request, then echoes every byte. */
@UpgradeEndpoint(value = "/{version}/exec/{id}/start", protocol = "tcp", methods = "POST", content = true)
public class Exec implements ConnectionHandler.Events {
    private String asked;

    @Override
    public void prepare(SwitchContext context) {
        if (new String(context.content(), StandardCharsets.UTF_8).equals("fail")) throw new IllegalStateException("asked to fail");
        asked = context.protocol() + " " + context.request().pathParameter("id") + " " + new String(context.content(), StandardCharsets.UTF_8) + "\n";
    }

    @Override
    public void opened(SwitchedConnection connection) {
        connection.send(ByteBuffer.wrap(asked.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }
}
