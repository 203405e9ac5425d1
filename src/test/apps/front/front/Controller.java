package front;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A front controller as in a framework: it decides during the request, and makes an endpoint for it. */
@WebServlet("/rooms/*")
public class Controller extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String room = request.getPathInfo().substring(1);
        response.addCookie(new Cookie("seen", "yes"));
        Room endpoint = new Room(room, request.getHeader("X-Name"));
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Room.class, "/rooms/{room}").subprotocols(List.of("chat"))
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(endpoint);
                    }
                }).build();
        config.getUserProperties().put("greeting", "hello");
        ServerContainer container = (ServerContainer) getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            container.upgradeHttpToWebSocket(request, response, config, Map.of("room", room));
        } catch (IllegalStateException | DeploymentException not) {
            response.setStatus(409);
            response.setContentType("text/plain");
            response.getWriter().print(not.getMessage());
        }
    }
}
