package endpoints;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** An endpoint for members only, whose HTTP session ends during the handshake. */
@ServerEndpoint(value = "/secret/leaving", configurator = Leaving.Ending.class)
public final class Leaving {
    /** Invalidates the HTTP session. */
    public static final class Ending extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            ((HttpSession) request.getHttpSession()).invalidate();
        }
    }

    /** The container calls this constructor. */
    public Leaving() {
    }

    @OnMessage
    public String asked(String question) {
        return "still here";
    }
}
