package endpoints;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** Answers questions about its session, and performs commands on it. */
@ServerEndpoint(value = "/facts", subprotocols = {"one", "two"}, configurator = Facts.Looking.class)
public final class Facts {
    static final Map<String, String> ENDS = new ConcurrentHashMap<>();
    private Throwable failure;
    private EndpointConfig config;

    /** Keeps data of the handshake that a session does not contain. */
    public static final class Looking extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("header", String.join("+", request.getHeaders().getOrDefault("X-Asked", List.of())));
            Object session = request.getHttpSession();
            config.getUserProperties().put("session", session == null ? "none" : ((HttpSession) session).getId());
            config.getUserProperties().put("member", request.isUserInRole("member"));
            response.getHeaders().put("X-Added", List.of("by modifyHandshake"));
        }
    }

    /** The container calls this constructor. */
    public Facts() {
    }

    @OnOpen
    public void opened(Session session, EndpointConfig of) {
        config = of;
    }

    @OnMessage
    public String asked(String question, Session session) throws IOException {
        String[] words = question.split(" ", 3);
        switch (words[0]) {
            case "header", "session", "member" -> {
                return String.valueOf(config.getUserProperties().get(words[0]));
            }
            case "user" -> {
                return session.getUserPrincipal() == null ? "nobody" : session.getUserPrincipal().getName();
            }
            case "uri" -> {
                return session.getRequestURI().toString();
            }
            case "parameter" -> {
                return String.valueOf(session.getRequestParameterMap().get(words[1]));
            }
            case "subprotocol" -> {
                return session.getNegotiatedSubprotocol();
            }
            case "extensions" -> {
                return session.getNegotiatedExtensions().stream().map(Extension::getName).collect(Collectors.joining(","));
            }
            case "secure" -> {
                return String.valueOf(session.isSecure());
            }
            case "open" -> {
                return String.valueOf(session.getOpenSessions().size());
            }
            case "idle" -> session.setMaxIdleTimeout(Long.parseLong(words[1]));
            case "close" -> {
                int code = Integer.parseInt(words[1]);
                session.close(new CloseReason(() -> code, words[2]));       // Tomcat's getCloseCode throws an exception for 1014
            }
            case "throw" -> throw new IllegalStateException("asked to");
            case "ping" -> session.getBasicRemote().sendPing(ByteBuffer.wrap(words[1].getBytes()));
            case "parts" -> {
                session.getBasicRemote().sendText("par", false);
                session.getBasicRemote().sendText("ts", true);
            }
            case "flood" -> {
                String line = "x".repeat(Integer.parseInt(words[2]));
                for (int i = Integer.parseInt(words[1]); i > 0; i--) session.getBasicRemote().sendText(line);
                return "done";
            }
            case "later" -> later(session, words[1]);
            case "await" -> {
                awaited(session, words[1]);
                return "waited";
            }
            default -> {
                return "what?";
            }
        }
        return null;
    }

    private static void awaited(Session session, String words) throws IOException {
        try {
            session.getAsyncRemote().sendText(words).get();
        } catch (InterruptedException | ExecutionException failure) {
            throw new IOException(failure);
        }
    }

    private static void later(Session session, String words) {
        var thread = Executors.newSingleThreadExecutor();
        thread.execute(() -> session.getAsyncRemote().sendText(words, result -> session.getAsyncRemote().sendText(result.isOK() ? "sent" : "not sent")));
        thread.shutdown();
    }

    @OnMessage
    public void pong(PongMessage pong, Session session) throws IOException {
        ByteBuffer bytes = pong.getApplicationData();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        session.getBasicRemote().sendText("pong " + new String(copy));
    }

    @OnError
    public void failed(Session session, Throwable told) {
        failure = told;
    }

    /** Records the end for {@code /end?of=KEY}, if the session was opened with {@code ?key=KEY}. */
    @OnClose
    public void closed(Session session, CloseReason reason) {
        List<String> key = session.getRequestParameterMap().get("key");
        if (key != null) ENDS.put(key.get(0), reason.getCloseCode().getCode() + " " + (reason.getReasonPhrase() == null ? "" : reason.getReasonPhrase()) + " / "
                + (failure == null ? "no error" : failure.getClass().getSimpleName()));
    }
}
