package typical;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** A programmatic endpoint: adds up bytes, and closes on request. */
public class Adding extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxTextMessageBufferSize(100);
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> {
            int sum = 0;
            while (bytes.hasRemaining()) sum += bytes.get() & 0xff;
            String result = config.getUserProperties().get("unit") + " " + sum;
            send(session, result);
        });
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) words -> {
            if (words.startsWith("close ")) close(session, Integer.parseInt(words.substring(6)));
            else send(session, words.length() + " characters");
        });
    }

    private static void send(Session session, String words) {
        try {
            session.getBasicRemote().sendText(words);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void close(Session session, int code) {
        try {
            session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(code), "as told"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        Pages.ended("adding", reason);
    }

    /** The endpoints that the application deploys. */
    public static class Application implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Adding.class, "/adding").subprotocols(List.of("sum")).build();
            config.getUserProperties().put("unit", "bytes");
            return Set.of(config);
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            return found;
        }
    }
}
