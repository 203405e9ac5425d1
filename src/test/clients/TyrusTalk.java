import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.ext.extension.deflate.PerMessageDeflateExtension;

/** Tyrus' client against an echo: ADDRESS plain|deflate. Says what happened, a line each. */
public final class TyrusTalk extends Endpoint {
    private static final BlockingQueue<Object> HEARD = new LinkedBlockingQueue<>();

    public static void main(String[] arguments) throws Exception {
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        container.setDefaultMaxTextMessageBufferSize(4 << 20);
        container.setDefaultMaxBinaryMessageBufferSize(4 << 20);
        List<Extension> extensions = arguments[1].equals("deflate") ? List.of(new PerMessageDeflateExtension()) : List.of();
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create().preferredSubprotocols(List.of("v1.echo", "v2.echo")).extensions(extensions).build();
        Session session = container.connectToServer(TyrusTalk.class, config, URI.create(arguments[0]));
        say("subprotocol " + session.getNegotiatedSubprotocol());
        List<String> names = session.getNegotiatedExtensions().stream().map(Extension::getName).toList();
        say("extensions " + (names.isEmpty() ? "none" : String.join(", ", names)));
        byte[] bytes = new byte[1 << 20];
        new Random(3).nextBytes(bytes);
        List<String> texts = List.of("hello", "hello", "", "\u03ba\u1f79\u03c3\u03bc\u03b5 \ud83d\ude00 ".repeat(100), "abcdefgh".repeat(1 << 17));
        for (String text : texts) {
            session.getBasicRemote().sendText(text);
            if (!text.equals(next())) say("changed: " + text.length() + " characters");
        }
        for (byte[] message : List.of(Arrays.copyOf(bytes, 1000), Arrays.copyOf(bytes, 1000), bytes)) {
            session.getBasicRemote().sendBinary(ByteBuffer.wrap(message));
            if (!ByteBuffer.wrap(message).equals(next())) say("changed: " + message.length + " bytes");
        }
        say("8 messages");
        session.getBasicRemote().sendPing(ByteBuffer.wrap("are you there".getBytes()));
        say(next());
        session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4001), "reason"));
        say(next());
        System.exit(0);
    }

    private static void say(Object words) {
        System.out.println(words);
    }

    private static Object next() throws InterruptedException {
        return HEARD.poll(20, TimeUnit.SECONDS);
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) HEARD::add);
        session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) HEARD::add);
        session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> {
            byte[] bytes = new byte[pong.getApplicationData().remaining()];
            pong.getApplicationData().get(bytes);
            HEARD.add("pong " + new String(bytes));
        });
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        HEARD.add("closed " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
    }

    @Override
    public void onError(Session session, Throwable failure) {
        HEARD.add("error " + failure);
    }
}
