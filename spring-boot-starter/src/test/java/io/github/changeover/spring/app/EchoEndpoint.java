package io.github.changeover.spring.app;

import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** A Jakarta endpoint with a bean and a field for each session. */
@Component
@ServerEndpoint("/echo/{name}")
public class EchoEndpoint {
    private final Greeting greeting;
    private int messages;

    public EchoEndpoint(Greeting greeting) {
        this.greeting = greeting;
    }

    @OnOpen
    public void opened(Session session, @PathParam("name") String name) throws IOException {
        session.getBasicRemote().sendText(greeting.to(name));
    }

    @OnMessage
    public String received(String message) {
        return ++messages + " " + message;
    }
}
