package starting;

import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;

/** Sends its path, then echoes messages. */
public final class Line extends Endpoint {
    static void at(String path, ServletContext context) throws DeploymentException {
        ((ServerContainer) context.getAttribute(ServerContainer.class.getName())).addEndpoint(ServerEndpointConfig.Builder.create(Line.class, path).build());
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.getAsyncRemote().sendText(((ServerEndpointConfig) config).getPath());
        session.addMessageHandler(String.class, new MessageHandler.Whole<String>() {
            @Override
            public void onMessage(String words) {
                session.getAsyncRemote().sendText(words);
            }
        });
    }
}
