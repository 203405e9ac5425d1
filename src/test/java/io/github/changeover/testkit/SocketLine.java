package io.github.changeover.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** A TCP connection, with or without TLS. */
record SocketLine(Socket socket) implements ByteLine {
    static Socket open(String host, int port, int receiveBuffer, Duration patience) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) socket.setReceiveBufferSize(receiveBuffer);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), (int) patience.toMillis());
        return socket;
    }

    @Override
    public int read(byte[] bytes, int offset, int length, long deadline) throws IOException {
        socket.setSoTimeout(ByteLine.left(deadline));
        return socket.getInputStream().read(bytes, offset, length);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        socket.getOutputStream().write(bytes, offset, length);
        socket.getOutputStream().flush();
    }

    @Override
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
