package typical.cdi;

import jakarta.annotation.PostConstruct;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint that uses a bean of the application. */
@ServerEndpoint("/injected/{name}")
public class Injected {
    @Inject
    private Book book;
    private int asked;

    @PostConstruct
    void made() {
        book.write("made");
    }

    @OnOpen
    public void opened(Session session, @PathParam("name") String name) {
        book.write("opened " + name);
    }

    @OnMessage
    public String asked(String words, @PathParam("name") String name) {
        asked++;
        return words.equals("book") ? book.read() : name + " asked " + asked;
    }

    @OnClose
    public void closed(CloseReason reason, @PathParam("name") String name) {
        book.write("closed " + name + " " + reason.getCloseCode().getCode());
    }
}
