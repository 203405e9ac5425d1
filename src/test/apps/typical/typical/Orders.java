package typical;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** An annotated endpoint with encoders and decoders, a path parameter, pings and errors. */
@ServerEndpoint(value = "/orders/{customer}", subprotocols = {"csv", "words"}, encoders = Orders.Writing.class, decoders = Orders.Reading.class)
public class Orders {
    /** A number of things. */
    public record Order(int count, String what) {
    }

    /** Encodes an order as text. */
    public static class Writing implements Encoder.Text<Order> {
        @Override
        public String encode(Order order) {
            return order.count() + " " + order.what();
        }
    }

    /** Decodes an order from text, which must begin with a number. */
    public static class Reading implements Decoder.Text<Order> {
        @Override
        public Order decode(String text) throws DecodeException {
            String[] words = text.split(" ", 2);
            if (words.length < 2) throw new DecodeException(text, "no order");
            return new Order(Integer.parseInt(words[0]), words[1]);
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    private String customer;

    @OnOpen
    public void opened(Session session, @PathParam("customer") String name) throws IOException {
        customer = name;
        session.getBasicRemote().sendText("welcome " + name + ", " + session.getNegotiatedSubprotocol() + ", " + session.getQueryString() + ", " + session.getRequestParameterMap().get("table"));
    }

    @OnMessage
    public Order ordered(Order order, Session session) throws IOException {
        if (order.what().equals("pings")) session.getBasicRemote().sendPing(ByteBuffer.wrap(new byte[] {'h', 'i'}));
        if (order.what().equals("parameters")) return new Order(1, new TreeMap<>(session.getPathParameters()).toString());
        if (order.what().equals("troubles")) throw new IllegalStateException("asked for");
        return new Order(order.count() * 2, order.what() + " for " + customer);
    }

    @OnMessage
    public void bytes(ByteBuffer message, Session session) throws IOException {
        session.getBasicRemote().sendBinary(message.duplicate());
        session.getBasicRemote().sendText("in ", false);
        session.getBasicRemote().sendText("parts", true);
    }

    @OnMessage
    public void pong(PongMessage pong, Session session) throws IOException {
        session.getBasicRemote().sendText("pong of " + pong.getApplicationData().remaining());
    }

    @OnError
    public void wrong(Session session, Throwable failure) throws IOException {
        if (session.isOpen()) session.getBasicRemote().sendText("wrong: " + failure.getClass().getSimpleName());
    }

    @OnClose
    public void closed(Session session, CloseReason reason) {
        Pages.ended("orders of " + customer, reason);
    }
}
