package endpoints;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;

/** Receives and sends objects: {@code "1,2"} is a point, and is returned after a move by the number in the path. */
@ServerEndpoint(value = "/points/{by}", encoders = Points.Writing.class, decoders = Points.Reading.class)
public final class Points {
    /** A point. */
    public record Point(int x, int y) {
    }

    /** Encodes a point as text. */
    public static final class Writing implements Encoder.Text<Point> {
        @Override
        public String encode(Point point) {
            return point.x() + "," + point.y();
        }
    }

    /** Decodes a point from text. */
    public static final class Reading implements Decoder.Text<Point> {
        @Override
        public Point decode(String text) throws DecodeException {
            try {
                String[] parts = text.split(",");
                return new Point(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            } catch (RuntimeException odd) {
                throw new DecodeException(text, "no point", odd);
            }
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    /** The container calls this constructor. */
    public Points() {
    }

    @OnMessage
    public Point move(Point point, @PathParam("by") int by) {
        return new Point(point.x() + by, point.y() + by);
    }

    @OnError
    public void wrong(Session session, Throwable failure) throws IOException {
        session.getBasicRemote().sendText(failure.getClass().getSimpleName());
    }
}
