package io.github.changeover.soak;

import io.github.changeover.it.Frames;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** A client that performs many actions, correct and incorrect. Its sockets end by a reset, so that no port stays occupied. */
final class MixedClient {
    /** The actions, with their relative frequencies. */
    enum ClientAction {
        WEBSOCKET(20), LINES(15), BYTES(15), BLOCKING(10), ORDINARY(10), IGNORED(5), REQUIRED(5), MALFORMED(5), RESET_EARLY(5), RESET_AMID(10),
        BROKEN_FRAME(5), LEFT_IDLE(1), STALLED(1), HTTP2(5), CROWDING(2);

        private final int weight;

        ClientAction(int weight) {
            this.weight = weight;
        }
    }

    private static final int LARGEST = 100_000, CROWD = 40;
    private final URI server;
    private final String context;
    private final Random random;
    private final String address;
    private long started;

    MixedClient(URI server, String context, int number) {
        this.server = server;
        this.context = context;
        random = new Random(number);
        address = "127.0.0." + (2 + number);
    }

    ClientAction next() {
        int at = random.nextInt(Arrays.stream(ClientAction.values()).mapToInt(deed -> deed.weight).sum());
        for (ClientAction deed : ClientAction.values()) {
            at -= deed.weight;
            if (at < 0) return deed;
        }
        throw new AssertionError("weights");
    }

    /** When the last action started. */
    long started() {
        return started;
    }

    void run(ClientAction deed) throws IOException {
        started = System.nanoTime();
        switch (deed) {
            case WEBSOCKET -> exchangeWebSocketMessages();
            case LINES -> exchangeLines();
            case BYTES -> exchangeBytes();
            case BLOCKING -> useBlockingHandler();
            case ORDINARY -> expectStatus("GET " + context + "/echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 200);
            case IGNORED -> expectStatus(offer("/echo", "unknown/7"), 200);
            case REQUIRED -> expectStatus(offer("/upgrade-only", "unknown/7"), 426);
            case MALFORMED -> expectStatus(Frames.handshake(context + "/echo").replace("Version: 13", "Version: 7"), 426);
            case RESET_EARLY -> resetBeforeTheResponse();
            case RESET_AMID -> resetWithinAMessage();
            case BROKEN_FRAME -> sendInvalidFrame();
            case LEFT_IDLE -> stayIdle();
            case STALLED -> stopReading();
            case HTTP2 -> exchangeHttp2();
            case CROWDING -> exceedTheConnectionLimit();
        }
    }

    private String offer(String path, String token) {
        return "GET " + context + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: " + token + "\r\n\r\n";
    }

    private Wire connect() throws IOException {
        Wire wire = Wire.connectFrom(address, server);
        wire.socket().setSoLinger(true, 0);
        return wire;
    }

    /** Repeats the request while it is rejected because other clients have reached a limit. */
    private Wire switched(String request) throws IOException {
        for (int i = 0; i < 500; i++) {
            Wire wire = connect().send(request);
            int status = wire.readHead().status();
            if (status == 101) return wire;
            wire.close();
            if (status != 429 && status != 503) throw new IOException("not 101: " + status);
            LockSupport.parkNanos(10_000_000);
        }
        throw new IOException("turned away for long");
    }

    private static void require(boolean right, String what) {
        if (!right) throw new AssertionError(what);
    }

    private void expectStatus(String request, int wanted) throws IOException {
        try (Wire wire = connect().send(request)) {
            Head head = wire.readHead();
            require(head.status() == wanted, head.status() + " for " + wanted);
            wire.readBody(head);
        }
    }

    private byte[] randomBytes(int most) {
        byte[] bytes = new byte[1 + random.nextInt(most)];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) ('a' + (i + bytes.length) % 26);
        return bytes;
    }

    private void exchangeWebSocketMessages() throws IOException {
        try (Wire wire = switched(Frames.handshake(context + "/echo"))) {
            for (int i = random.nextInt(8); i >= 0; i--) {
                byte[] message = randomBytes(i == 0 ? LARGEST : 1000);
                wire.send(Frames.of(0x82, message));
                Frames.ReceivedFrame echo = Frames.read(wire);
                require(echo.first() == 0x82 && Arrays.equals(echo.payload(), message), "for " + message.length + " bytes there came " + echo.payload().length + ": " + beginning(echo));
            }
            wire.send(Frames.close(1000, ""));
            require(Frames.read(wire).first() == 0x88, "no Close frame");
        }
    }

    private static String beginning(Frames.ReceivedFrame frame) {
        String all = frame.toString();
        return all.substring(0, Math.min(all.length(), 60));
    }

    private void exchangeLines() throws IOException {
        try (Wire wire = switched(offer("/echo", "example/1"))) {
            for (int i = random.nextInt(8); i >= 0; i--) require(wire.send("line " + i + "\r\n").readLine().equals("line " + i + "\r\n"), "another line came back");
            wire.send("QUIT\r\n");
            require(wire.readLine().equals("BYE\r\n") && wire.readToEnd().end() == Wire.End.FIN, "no goodbye");
        }
    }

    private void exchangeBytes() throws IOException {
        try (Wire wire = switched(offer("/echo", "echo"))) {
            byte[] bytes = randomBytes(LARGEST / 2);
            require(Arrays.equals(wire.send(bytes).readExactly(bytes.length), bytes), "other bytes came back");
            if (random.nextBoolean()) require(wire.shutdownOutput().readToEnd().end() == Wire.End.FIN, "no end");
        }
    }

    private void useBlockingHandler() throws IOException {
        try (Wire wire = switched(offer("/lines/soak", "shout/1"))) {
            wire.readLine();
            require(wire.send("hello\n").readText(6).equals("HELLO\n"), "not shouted");
        }
    }

    private void resetBeforeTheResponse() throws IOException {
        try (Wire wire = connect()) {
            String request = random.nextBoolean() ? offer("/echo", "echo") : Frames.handshake(context + "/echo");
            wire.send(request.substring(0, random.nextInt(request.length()) + 1));
        }
    }

    private void resetWithinAMessage() throws IOException {
        try (Wire wire = switched(Frames.handshake(context + "/echo"))) {
            byte[] frame = Frames.of(0x82, randomBytes(LARGEST));
            wire.send(frame, 0, 1 + random.nextInt(frame.length));
        }
    }

    private void sendInvalidFrame() throws IOException {
        try (Wire wire = switched(Frames.handshake(context + "/echo"))) {
            Frames.ReceivedFrame answer = Frames.read(wire.send(new byte[] {(byte) 0xf3, 0x01, 'x'}));
            require(answer.toString().startsWith("88 1002"), "answered " + answer);
        }
    }

    private void stayIdle() throws IOException {
        try (Wire wire = switched(Frames.handshake(context + "/echo"))) {
            require(Frames.read(wire).toString().startsWith("88 1001"), "no goodbye to the idle");
        }
    }

    /** Sends without end and reads nothing, until it is aborted. */
    private void stopReading() throws IOException {
        try (Wire wire = switched(offer("/echo", "echo"))) {
            byte[] bytes = randomBytes(LARGEST);
            Thread evicted = new Thread(() -> {
                try {
                    for (long end = System.nanoTime() + Duration.ofSeconds(20).toNanos(); System.nanoTime() < end; ) wire.send(bytes);
                } catch (IOException closed) {
                    // expected
                }
            }, "soak-stalled");
            evicted.start();
            evicted.join(Duration.ofSeconds(15).toMillis());
            require(!evicted.isAlive(), "not evicted");
        } catch (InterruptedException leave) {
            Thread.currentThread().interrupt();
        }
    }

    private void exchangeHttp2() throws IOException {
        String request = "GET " + context + "/h2c HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n";
        try (Wire wire = switched(request)) {
            require(wire.readExactly(9)[3] == 4, "no SETTINGS");
            if (random.nextBoolean()) wire.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
        }
    }

    /** Opens more connections than one address may have. Each of them is accepted, or rejected with 429 or 503. */
    private void exceedTheConnectionLimit() throws IOException {
        List<Wire> crowd = new ArrayList<>();
        try {
            int refused = 0;
            for (int i = 0; i < CROWD; i++) {
                Wire wire = connect();
                crowd.add(wire);
                int status = wire.send(offer("/echo", "echo")).readHead().status();
                require(status == 101 || status == 429 || status == 503, "crowded out with " + status);
                if (status != 101) refused++;
            }
            require(refused >= 10, "only " + refused + " of a crowd were refused");
        } finally {
            for (Wire wire : crowd) wire.close();
        }
    }
}
