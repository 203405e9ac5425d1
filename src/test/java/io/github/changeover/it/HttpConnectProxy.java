package io.github.changeover.it;

import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A proxy that supports only CONNECT (RFC 9110 section 9.3.6). It makes one tunnel. */
final class HttpConnectProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<AutoCloseable> open = new ArrayList<>(List.of(listener));

    HttpConnectProxy() throws IOException {
        start(this::serve);
    }

    Wire connect() throws IOException {
        return Wire.connect(listener.getInetAddress().getHostAddress(), listener.getLocalPort());
    }

    private interface TunnelTask {
        void run() throws IOException;
    }

    private static void start(TunnelTask work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException over) {
                // one side has disconnected, or the test has ended
            }
        }, "connect-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() throws IOException {
        Socket client = register(listener.accept());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) head.append((char) client.getInputStream().read());
        String[] target = head.substring("CONNECT ".length(), head.indexOf(" HTTP/1.1")).split(":");
        Socket server = register(new Socket(target[0], Integer.parseInt(target[1])));
        client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        start(() -> copy(client.getInputStream(), server.getOutputStream()));
        copy(server.getInputStream(), client.getOutputStream());
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] part = new byte[8192];
        for (int count = from.read(part); count >= 0; count = from.read(part)) to.write(part, 0, count);
    }

    private synchronized Socket register(Socket socket) {
        open.add(socket);
        return socket;
    }

    @Override
    public synchronized void close() throws Exception {
        for (AutoCloseable each : open) each.close();
    }
}
