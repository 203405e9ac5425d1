package front;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Requests the upgrade of every request. If a request has nothing to do with WebSocket, the response has content. */
@WebServlet("/chat")
public final class Table extends HttpServlet {
    private static final long serialVersionUID = 1;

    /** Does nothing. */
    public static final class Chat extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            // nothing to do
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            ((ServerContainer) getServletContext().getAttribute(ServerContainer.class.getName())).upgradeHttpToWebSocket(request, response,
                    ServerEndpointConfig.Builder.create(Chat.class, "/anywhere").subprotocols(List.of("chat", "superchat", "v1.echo", "v2.echo")).build(), Map.of());
        } catch (DeploymentException failure) {
            throw new IOException(failure);
        } catch (IllegalStateException ordinary) {
            response.setContentType("text/plain");
            response.getWriter().print(ordinary.getMessage());
        }
    }
}
