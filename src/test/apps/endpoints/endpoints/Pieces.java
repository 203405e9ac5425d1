package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;

/** Endpoints that receive messages in parts, as streams, or only short ones. */
public final class Pieces {
    private Pieces() {
    }

    /** Receives each fragment separately. */
    @ServerEndpoint("/pieces")
    public static final class Partial {
        private final StringBuilder text = new StringBuilder();
        private int bytes;

        /** The container calls this constructor. */
        public Partial() {
        }

        @OnMessage
        public void text(String part, boolean last, Session session) throws IOException {
            text.append(part).append('|');
            if (!last) return;
            session.getBasicRemote().sendText(text.toString());
            text.setLength(0);
        }

        @OnMessage
        public void binary(ByteBuffer part, boolean last, Session session) throws IOException {
            bytes += part.remaining();
            if (!last) return;
            session.getBasicRemote().sendText(bytes + " bytes");
            bytes = 0;
        }
    }

    /** Receives messages as streams. */
    @ServerEndpoint("/streams")
    public static final class Streams {
        /** The container calls this constructor. */
        public Streams() {
        }

        @OnMessage
        public String text(Reader message) throws IOException {
            StringBuilder all = new StringBuilder();
            for (int next = message.read(); next >= 0; next = message.read()) all.append((char) next);
            return all.reverse().toString();
        }

        @OnMessage
        public String binary(InputStream message) throws IOException {
            return message.readAllBytes().length + " bytes";
        }
    }

    /** Accepts only short messages. */
    @ServerEndpoint("/small")
    public static final class Small {
        /** The container calls this constructor. */
        public Small() {
        }

        @OnMessage(maxMessageSize = 10)
        public String text(String message) {
            return message;
        }
    }
}
