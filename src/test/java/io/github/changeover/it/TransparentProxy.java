package io.github.changeover.it;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/** A proxy on the server's own machine that forwards bytes unchanged and adds nothing. To the server, its clients look like a browser on that machine. */
final class TransparentProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final URI server;

    private TransparentProxy(URI server) throws IOException {
        this.server = server;
    }

    static TransparentProxy to(URI server) throws IOException {
        TransparentProxy forwarder = new TransparentProxy(server);
        run(forwarder::accept);
        return forwarder;
    }

    URI http() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    private interface ForwarderTask {
        void run() throws IOException;
    }

    private static void run(ForwarderTask work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException over) {
                // one side has disconnected, or the test has ended
            }
        }, "plain-forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            Socket upstream = new Socket(server.getHost(), server.getPort());
            run(() -> forward(client, upstream));
            run(() -> forward(upstream, client));
        }
    }

    private static void forward(Socket from, Socket to) throws IOException {
        byte[] some = new byte[16 * 1024];
        InputStream in = from.getInputStream();
        try {
            for (int count = in.read(some); count >= 0; count = in.read(some)) to.getOutputStream().write(some, 0, count);
            to.shutdownOutput();
        } catch (IOException broken) {
            from.close();
            to.close();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
