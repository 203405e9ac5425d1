package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends messages asynchronously, from another thread. Every session can request the progress. */
@ServerEndpoint("/sends")
public final class Sends {
    private static final AtomicInteger ACCEPTED = new AtomicInteger(), DONE = new AtomicInteger(), FAILED = new AtomicInteger();
    private static volatile String last = "";

    /** The container calls this constructor. */
    public Sends() {
    }

    /**
     * {@code state} returns the progress. {@code COUNT SIZE} sends this number of messages of this size. A third word is a timeout in milliseconds: it
     * sends one more message with this timeout after them, and then another one without a timeout. With a COUNT of 0, only the message with the timeout
     * is sent, in this size.
     */
    @OnMessage
    public void told(String words, Session session) throws IOException {
        if (words.equals("state")) {
            session.getBasicRemote().sendText(ACCEPTED + " accepted, " + DONE + " done, " + FAILED + " failed" + last);
            return;
        }
        String[] numbers = words.split(" ");
        ACCEPTED.set(0);
        DONE.set(0);
        FAILED.set(0);
        last = "";
        CompletableFuture.runAsync(() -> send(session.getAsyncRemote(), Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]),
                numbers.length < 3 ? 0 : Long.parseLong(numbers[2])));
    }

    private static void send(RemoteEndpoint.Async remote, int count, int size, long timeout) {
        List<Future<Void>> sent = new ArrayList<>();
        if (count == 0) remote.setSendTimeout(timeout);
        for (int i = 0; i < count; i++) {
            String text = String.format("%0" + size + "d", i);
            if (i % 2 == 0) remote.sendText(text, result -> (result.isOK() ? DONE : FAILED).incrementAndGet());
            else sent.add(remote.sendText(text));
            ACCEPTED.incrementAndGet();
        }
        if (timeout > 0) {
            remote.setSendTimeout(timeout);
            last = ", " + outcome(remote.sendText(count == 0 ? "x".repeat(size) : "overdue"));
            remote.setSendTimeout(0);
            if (count > 0) remote.sendText("behind");
        }
        for (Future<Void> one : sent) (outcome(one).equals("sent") ? DONE : FAILED).incrementAndGet();
    }

    private static String outcome(Future<Void> sent) {
        try {
            sent.get(60, TimeUnit.SECONDS);
            return "sent";
        } catch (ExecutionException failed) {
            return failed.getCause().toString();
        } catch (InterruptedException | TimeoutException impossible) {
            return impossible.toString();
        }
    }
}
