package endpoints;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Programmatic endpoints: the application's configuration names one, and a listener adds one. */
public final class Programmatic extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        Object greeting = config.getUserProperties().get("greeting");
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) message -> {
            try {
                session.getBasicRemote().sendText(greeting + " " + message);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    static ServerEndpointConfig at(String path, String greeting) {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Programmatic.class, path).subprotocols(List.of("polite")).build();
        config.getUserProperties().put("greeting", greeting);
        return config;
    }

    /** The configuration of the application: all annotated endpoints except one, and one programmatic endpoint. */
    public static final class Application implements ServerApplicationConfig {
        /** The container calls this constructor. */
        public Application() {
        }

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return Set.of(at("/programmatic", "hello"));
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            Set<Class<?>> wanted = new HashSet<>(found);
            wanted.removeIf(type -> type.getSimpleName().equals("Unwanted"));
            return wanted;
        }
    }
}
