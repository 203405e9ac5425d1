package typical;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;

/** Shares the HTTP session of the user with the pages. */
@ServerEndpoint(value = "/visits", configurator = Visits.OfSession.class)
public class Visits {
    /** Passes the HTTP session to the endpoint. */
    public static class OfSession extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            Object session = request.getHttpSession();
            if (session == null) config.getUserProperties().remove("session");
            else config.getUserProperties().put("session", session);
            response.getHeaders().put("X-Visits", List.of(session == null ? "none" : String.valueOf(((HttpSession) session).getAttribute("visits"))));
        }
    }

    private HttpSession http;

    @OnOpen
    public void opened(Session session, EndpointConfig config) {
        http = (HttpSession) config.getUserProperties().get("session");
    }

    @OnMessage
    public String asked(String words, Session session) {
        if (http == null) return "who are you?";
        if (words.startsWith("note ")) http.setAttribute("note", words.substring(5));
        return "visit " + http.getAttribute("visits") + " of " + (session.getUserPrincipal() == null ? "anybody" : session.getUserPrincipal().getName());
    }
}
