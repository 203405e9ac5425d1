package io.github.changeover.it;

import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;

/**
 * A proxy for clients that start with a protocol that needs an upgrade: for each connection on loopback, it opens one to the server, upgrades it
 * by a GET of the path, and then forwards the bytes of the client. If one side ends, the other side is ended.
 */
final class UpgradingProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final URI server;
    private final String path;
    private final String token;

    private UpgradingProxy(URI server, String path, String token) throws IOException {
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.server = server;
        this.path = path;
        this.token = token;
    }

    static UpgradingProxy start(URI server, String path, String token) throws IOException {
        UpgradingProxy proxy = new UpgradingProxy(server, path, token);
        run("upgrading-proxy", proxy::accept);
        return proxy;
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Host and port, as clients use them. */
    String authority() {
        return "127.0.0.1:" + port();
    }

    private interface ProxyTask {
        void run() throws IOException;
    }

    private static void run(String name, ProxyTask work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException ended) {
                // the owner of the sockets closes the other side
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            client.setTcpNoDelay(true);
            run("upgrading-proxy-connection", () -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        try (client; Wire wire = Wire.connect(server)) {
            wire.send(RawHttp.raw("GET " + path + " HTTP/1.1", "Host: " + authority(), "Connection: Upgrade", "Upgrade: " + token));
            Head head = wire.readHead();
            if (head.status() != 101) throw new IOException("No switch: " + head.raw());
            Socket upgraded = wire.socket();
            upgraded.setSoTimeout(0);
            run("upgrading-proxy-requests", () -> {
                try {
                    relay(client, upgraded);
                } finally {
                    upgraded.shutdownOutput();
                }
            });
            relay(upgraded, client);
        }
    }

    private static void relay(Socket from, Socket to) throws IOException {
        byte[] some = new byte[16 * 1024];
        InputStream in = from.getInputStream();
        for (int count = in.read(some); count >= 0; count = in.read(some)) to.getOutputStream().write(some, 0, count);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
