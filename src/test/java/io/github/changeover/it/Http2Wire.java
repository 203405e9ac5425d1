package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;

/** A client that writes and reads HTTP/2 frames, on a connection that it has upgraded. */
final class Http2Wire implements AutoCloseable {
    static final int DATA = 0, HEADERS = 1, PRIORITY = 2, RST = 3, SETTINGS = 4, PING = 6, GOAWAY = 7, WINDOW_UPDATE = 8, CONTINUATION = 9;
    static final int END_STREAM = 1, ACK = 1, END_HEADERS = 4;
    static final byte[] MAGIC = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);
    static final int PROTOCOL_ERROR = 1, SETTINGS_TIMEOUT = 4, STREAM_CLOSED = 5, REFUSED_STREAM = 7, CALM = 11;

    record Http2Frame(int type, int flags, int stream, byte[] payload) {
        boolean is(int wanted, int on) {
            return type == wanted && stream == on;
        }

        boolean ends() {
            return type == RST || type <= HEADERS && (flags & END_STREAM) != 0;
        }

        /** The error code of RST_STREAM or GOAWAY. */
        int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    private final Wire wire;

    private Http2Wire(Wire wire) {
        this.wire = wire;
    }

    static String settings(int... idsAndValues) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(payload(idsAndValues));
    }

    /** The payload of a SETTINGS frame. */
    static byte[] payload(int... idsAndValues) {
        ByteBuffer bytes = ByteBuffer.allocate(idsAndValues.length * 3);
        for (int i = 0; i < idsAndValues.length; i += 2) bytes.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
        return bytes.array();
    }

    /** Upgrades by a GET of this path. Sends no HTTP/2 frame yet. */
    static Http2Wire upgrade(ContainerUnderTest container, String path, int... settings) throws IOException {
        return upgrade(container, "GET", path, 0, settings);
    }

    static Http2Wire upgrade(ContainerUnderTest container, String method, String path, int receiveBuffer, int... settings) throws IOException {
        return upgrade(Wire.connect(container.http().getHost(), container.http().getPort(), receiveBuffer), method, path, settings);
    }

    /** Upgrades this connection, with additional header fields. */
    static Http2Wire upgrade(Wire wire, String method, String path, int[] settings, String... fields) throws IOException {
        String[] all = Arrays.copyOf(fields, fields.length + 3);
        all[fields.length] = "Connection: Upgrade, HTTP2-Settings";
        all[fields.length + 1] = "Upgrade: h2c";
        all[fields.length + 2] = "HTTP2-Settings: " + settings(settings);
        wire.send(RawHttp.request(method, path, all));
        Head head = wire.readHead();
        if (head.status() != 101 || !"h2c".equals(head.only("Upgrade")) || head.has("HTTP2-Settings")) throw new AssertionError(head.raw());
        return new Http2Wire(wire);
    }

    /** Uses a connection on which HTTP/2 has started or is about to start. Sends no HTTP/2 frame yet. */
    static Http2Wire on(Wire wire) {
        return new Http2Wire(wire);
    }

    Wire wire() {
        return wire;
    }

    Http2Wire preface(int... settings) throws IOException {
        wire.send(MAGIC);
        return send(SETTINGS, 0, 0, payload(settings));
    }

    Http2Wire send(int type, int flags, int stream, byte[] payload) throws IOException {
        wire.send(frame(type, flags, stream, payload));
        return this;
    }

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length).put((byte) (payload.length >> 16)).putShort((short) payload.length)
                .put((byte) type).put((byte) flags).putInt(stream).put(payload).array();
    }

    static byte[] number(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        for (int value : values) bytes.putInt(value);
        return bytes.array();
    }

    /** A field block of literals without indexing. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            text(block, fields[i]);
            text(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream block, String text) {
        if (text.length() < 127) {
            block.write(text.length());
        } else {
            block.write(127);
            int left = text.length() - 127;
            for (; left >= 128; left >>= 7) block.write(left & 127 | 128);
            block.write(left);
        }
        block.writeBytes(text.getBytes(ISO_8859_1));
    }

    static byte[] request(String method, String path, String... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(block(":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"));
        all.writeBytes(block(more));
        return all.toByteArray();
    }

    /** The field block of a request, with the names of the pseudo-header fields from the static table of HPACK. Tomcat accepts no others. */
    static byte[] indexedRequest(String method, String path, String... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        String[] values = {method, "http", path, "localhost"};
        int[] names = {2, 6, 4, 1};
        for (int i = 0; i < names.length; i++) {
            all.write(names[i]);
            text(all, values[i]);
        }
        all.writeBytes(block(more));
        return all.toByteArray();
    }

    Http2Wire get(int stream, String path, String... more) throws IOException {
        return send(HEADERS, END_STREAM | END_HEADERS, stream, request("GET", path, more));
    }

    Http2Frame read() throws IOException {
        ByteBuffer head = ByteBuffer.wrap(wire.readExactly(9));
        int length = (head.get() & 0xff) << 16 | (head.getShort() & 0xffff);
        int type = head.get();
        int flags = head.get();
        int stream = head.getInt();
        return new Http2Frame(type, flags, stream, wire.readExactly(length));
    }

    /** Reads all frames up to and including the first that matches. */
    List<Http2Frame> readUntil(Predicate<Http2Frame> wanted) throws IOException {
        List<Http2Frame> frames = new ArrayList<>();
        do {
            frames.add(read());
        } while (!wanted.test(frames.get(frames.size() - 1)));
        return frames;
    }

    Http2Frame first(Predicate<Http2Frame> wanted) throws IOException {
        List<Http2Frame> frames = readUntil(wanted);
        return frames.get(frames.size() - 1);
    }

    /** The data on a stream, up to its end. */
    static String text(List<Http2Frame> frames, int stream) {
        StringBuilder text = new StringBuilder();
        frames.stream().filter(frame -> frame.is(DATA, stream)).forEach(frame -> text.append(new String(frame.payload, ISO_8859_1)));
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
