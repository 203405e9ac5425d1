package extensions;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;

/** Echoes messages, and answers questions about its extensions. */
public class Echo extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        ServerEndpointConfig server = (ServerEndpointConfig) config;
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) words -> session.getAsyncRemote().sendText(switch (words) {
            case "negotiated" -> Named.text(session.getNegotiatedExtensions());
            case "configured" -> Named.text(server.getExtensions());
            case "asked" -> String.valueOf(session.getUserProperties().get("asked"));
            case "configurator" -> server.getConfigurator().getClass().getSimpleName() + " " + session.getUserProperties().get("configurator");
            case "destroyed" -> String.valueOf(Xor.DESTROYED.get());
            case "keys-destroyed" -> Xor.KEYS_DESTROYED.toString();
            default -> words;
        }));
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> session.getAsyncRemote().sendBinary(bytes));
    }
}
