package targets;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;

/** Requests the upgrade itself, with an endpoint class whose annotation has another path. */
@WebServlet("/late/*")
public class Late extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        ServerContainer container = (ServerContainer) getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            container.upgradeHttpToWebSocket(request, response, ServerEndpointConfig.Builder.create(Deployed.class, "/elsewhere/{w}").build(), Map.of("v", "given"));
        } catch (DeploymentException wrong) {
            throw new ServletException(wrong);
        }
    }
}
