package facts;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Principal;

/** Sends the facts of its request whenever bytes arrive. */
@UpgradeEndpoint(value = "/facts/{room}/*", protocol = "facts")
public class Facts implements ConnectionHandler.Events {
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        UpgradeRequest request = connection.request();
        connection.send(StandardCharsets.UTF_8.encode(String.join("\n", "method " + request.method(), "path " + request.path(),
                "query " + request.query(), "context " + request.contextPath(), "protocol " + request.protocol(), "scheme " + request.scheme(),
                "x-one " + request.fields().values("X-One"), "room " + request.pathParameter("room"), "rest " + request.pathParameter("*"),
                "remote " + request.remote().getAddress().getHostAddress() + " " + request.remote().getPort(),
                "local " + request.local().getAddress().getHostAddress() + " " + request.local().getPort(),
                "principal " + request.principal().map(Principal::getName).orElse("none"), "session " + request.sessionId().orElse("none"),
                "tls " + request.tls().map(tls -> tls.protocol() + " " + tls.cipherSuite() + " " + tls.certificates().size()).orElse("none"),
                "secure " + request.secure(), "token " + connection.protocol(), "end", "")));
    }
}
