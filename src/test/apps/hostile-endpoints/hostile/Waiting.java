package hostile;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in every callback for the result of an asynchronous send: by its future, or by a latch that a SendHandler counts down. */
@ServerEndpoint("/waiting/{by}")
public final class Waiting {
    /** The results at the close of a session, by the name that its client has sent. */
    static final Map<String, String> CLOSED = new ConcurrentHashMap<>();
    private Pending open;       // a send that the client does not read
    private String name = "";

    /** Waits for one send. Returns its result. */
    private interface Pending {
        String await() throws InterruptedException;
    }

    private static Pending send(RemoteEndpoint.Async remote, String by, ByteBuffer binary, String text) {
        if (by.equals("future")) {
            Future<Void> future = binary != null ? remote.sendBinary(binary) : remote.sendText(text);
            return () -> {
                try {
                    future.get(5, TimeUnit.SECONDS);
                    return "sent";
                } catch (ExecutionException failed) {
                    return "failed";
                } catch (TimeoutException late) {
                    return "hung";
                }
            };
        }
        CountDownLatch latch = new CountDownLatch(1);
        String[] how = {"?"};
        SendHandler handler = result -> {
            how[0] = result.isOK() ? "sent" : "failed";
            latch.countDown();
        };
        if (binary != null) remote.sendBinary(binary, handler);
        else remote.sendText(text, handler);
        return () -> latch.await(5, TimeUnit.SECONDS) ? how[0] : "hung";
    }

    @OnOpen
    public void opened(Session session, @PathParam("by") String by) throws InterruptedException {
        RemoteEndpoint.Async remote = session.getAsyncRemote();
        String first = send(remote, by, null, "opened").await();
        send(remote, by, null, first).await();
    }

    /** {@code big NAME} sends more than fits into the buffers of a client that does not read. */
    @OnMessage
    public void message(Session session, String text, @PathParam("by") String by) throws InterruptedException {
        RemoteEndpoint.Async remote = session.getAsyncRemote();
        if (text.startsWith("big ")) {
            name = text.substring(4);
            open = send(remote, by, ByteBuffer.allocate(8_000_000), null);
            return;
        }
        String first = send(remote, by, null, text).await();
        send(remote, by, null, first).await();
    }

    @OnClose
    public void closed(Session session) throws InterruptedException {
        if (open != null) CLOSED.put(name, open.await());
    }
}
