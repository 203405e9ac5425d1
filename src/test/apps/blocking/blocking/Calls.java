package blocking;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Echoes. Before that, a message such as "sleep 100 x" blocks the callback for 100 ms: by a sleep, by a lock that all such callbacks share, by a read from a
 * socket, or by a computation. The response to "most" is the highest number of callbacks that have run at the same time.
 */
@ServerEndpoint("/calls")
public class Calls {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicInteger running = new AtomicInteger(), most = new AtomicInteger();

    @OnMessage
    public String message(String text) throws IOException, InterruptedException {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            if (text.equals("most")) return Integer.toString(most.get());
            String[] words = text.split(" ");
            if (words.length == 3) block(words[0], Integer.parseInt(words[1]));
            return text;
        } finally {
            running.decrementAndGet();
        }
    }

    private static void block(String how, int millis) throws IOException, InterruptedException {
        switch (how) {
            case "sleep" -> Thread.sleep(millis);
            case "lock" -> {
                LOCK.lock();
                try {
                    Thread.sleep(millis);
                } finally {
                    LOCK.unlock();
                }
            }
            case "socket" -> readFromSocket(millis);
            case "cpu" -> {
                for (long end = System.nanoTime() + millis * 1_000_000L; System.nanoTime() < end; ) Thread.onSpinWait();
            }
            default -> throw new IllegalArgumentException(how);
        }
    }

    /** As a JDBC driver does that waits for its database. */
    private static void readFromSocket(int millis) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort()); Socket database = listener.accept()) {
            client.setSoTimeout(millis);
            try {
                client.getInputStream().read();
            } catch (SocketTimeoutException answered) {
                database.getOutputStream().write(1);
                client.getInputStream().read();
            }
        }
    }
}
