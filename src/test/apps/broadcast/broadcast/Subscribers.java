package broadcast;

import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The sessions of all subscribers, and the ways to send one message to all of them. */
final class Subscribers {
    static final Set<Session> ALL = ConcurrentHashMap.newKeySet();
    private static String kept = "";

    private Subscribers() {
    }

    /** @param command a word, a space and the text to send */
    static void run(String command) throws IOException, InterruptedException {
        String text = command.substring(command.indexOf(' ') + 1);
        switch (command.substring(0, command.indexOf(' '))) {
            case "async" -> toAll(text);
            case "basic" -> {
                for (Session session : ALL) session.getBasicRemote().sendText(text);
            }
            case "binary" -> {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                for (Session session : ALL) session.getAsyncRemote().sendBinary(bytes.duplicate());
            }
            case "changing" -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                for (Session session : ALL) session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes));
                bytes[0]++;
                for (Session session : ALL) session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes));
            }
            case "each" -> {
                for (Session session : ALL) session.getBasicRemote().sendText(text, true);      // in parts, so it is not shared
            }
            case "keep" -> toAll(kept = text);
            case "again" -> {
                System.gc();
                toAll(kept);
            }
            case "threads" -> fromTwoThreads(text);
            default -> throw new IllegalArgumentException(command);
        }
    }

    private static void toAll(String text) {
        for (Session session : ALL) {
            try {
                session.getAsyncRemote().sendText(text);
            } catch (IllegalStateException closed) {
                if (session.isOpen()) throw closed;     // otherwise its client has left, and onClose has not removed it yet
            }
        }
    }

    private static void fromTwoThreads(String text) throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        for (String name : new String[] {"A", "B"}) {
            new Thread(() -> {
                for (int i = 0; i < 100; i++) toAll(name + i + text);
                both.countDown();
            }, "broadcast-" + name).start();
        }
        both.await();
    }
}
