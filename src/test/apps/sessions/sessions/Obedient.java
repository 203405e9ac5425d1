package sessions;

import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Performs commands on its session. Each of its paths has settings of its own. */
public abstract class Obedient {
    static final Map<String, String> ENDS = new ConcurrentHashMap<>();
    static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();
    private static final String VALID_UNTIL = "io.github.changeover.validUntil";
    private final AtomicInteger pongs = new AtomicInteger();

    @ServerEndpoint("/usual")
    public static final class Usual extends Obedient {
    }

    @ServerEndpoint("/patient")
    public static final class Patient extends Obedient {
    }

    @ServerEndpoint("/pinged")
    public static final class Pinged extends Obedient {
    }

    @ServerEndpoint("/counted")
    public static final class Counted extends Obedient {
    }

    @ServerEndpoint("/mortal")
    public static final class Mortal extends Obedient {
    }

    /** {@code ?idle=200} in the query sets the idle time before any byte arrives. */
    @OnOpen
    public void opened(Session session) {
        List<String> idle = session.getRequestParameterMap().get("idle");
        if (idle != null) session.setMaxIdleTimeout(Long.parseLong(idle.get(0)));
    }

    @OnMessage
    public String told(String words, Session session) throws IOException {
        String[] word = words.split(" ", 2);
        switch (word[0]) {
            case "idle" -> session.setMaxIdleTimeout(Long.parseLong(word[1]));
            case "idle-elsewhere" -> elsewhere(() -> session.setMaxIdleTimeout(Long.parseLong(word[1])));
            case "until" -> session.getUserProperties().put(VALID_UNTIL, Instant.now().plusMillis(Long.parseLong(word[1])));
            case "until-elsewhere" -> elsewhere(() -> session.getUserProperties().put(VALID_UNTIL, Instant.now().plusMillis(Long.parseLong(word[1]))));
            case "for-ever" -> session.getUserProperties().remove(VALID_UNTIL);
            case "wrong" -> session.getUserProperties().put(VALID_UNTIL, "tomorrow");
            case "ping" -> session.getBasicRemote().sendPing(ByteBuffer.wrap(word[1].getBytes(StandardCharsets.UTF_8)));
            case "hold" -> hold(word[1]);
            case "part-and-hold" -> {
                session.getBasicRemote().sendText("a part", false);
                hold(word[1]);
            }
            case "block" -> block(Long.parseLong(word[1]));
            case "pongs" -> {
                return String.valueOf(pongs.get());
            }
            default -> {
                return words;
            }
        }
        return String.valueOf(session.getMaxIdleTimeout());
    }

    private static void elsewhere(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    /** Blocks until {@code /let-go} is called. */
    private static void hold(String key) {
        try {
            if (!HELD.computeIfAbsent(key, any -> new CountDownLatch(1)).await(20, TimeUnit.SECONDS)) throw new IllegalStateException("Nobody has let go of " + key);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static void block(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @OnMessage
    public void ponged(PongMessage pong, Session session) throws IOException {
        pongs.incrementAndGet();
        session.getBasicRemote().sendText("pong " + StandardCharsets.UTF_8.decode(pong.getApplicationData()));
    }

    @OnClose
    public void closed(Session session, CloseReason reason) {
        List<String> key = session.getRequestParameterMap().get("key");
        if (key != null) ENDS.put(key.get(0), reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
    }
}
