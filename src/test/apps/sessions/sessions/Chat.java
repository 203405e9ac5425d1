package sessions;

import io.github.changeover.Changeover;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Optional;

@ServerEndpoint(value = "/chat", subprotocols = "chat", configurator = Chat.Tokens.class)
public final class Chat {
    private static final String VALID_UNTIL = "io.github.changeover.validUntil";

    public static final class Tokens extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            Token.among(request.getHeaders().get("Sec-WebSocket-Protocol")).ifPresent(token -> config.getUserProperties().put(VALID_UNTIL, token.expires()));
        }
    }

    @WebListener
    public static final class Gatekeeper implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
            Changeover.of(event.getServletContext()).path("/chat").gate((request, candidate) ->
                    Token.among(request.fields().values("Sec-WebSocket-Protocol")).isPresent() ? Optional.empty()
                            : Optional.of(new Decision.Refuse(401, Fields.of("WWW-Authenticate", "Bearer"), "A valid token is needed, as subprotocol bearer.TOKEN.")));
        }
    }

    @OnMessage
    public String said(String words, Session session) {
        if (!words.startsWith("bearer.")) return words;
        Token.of(words).ifPresent(token -> session.getUserProperties().put(VALID_UNTIL, token.expires()));     // the client renews its token before it expires
        return "renewed";
    }
}
