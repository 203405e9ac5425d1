package io.github.changeover.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An HTTP/1.1 request as bytes. Its {@code Host} is {@code localhost}. Immutable, except for the array.
 *
 * @param line    method and target, such as {@code GET /echo}
 * @param fields  the field lines except {@code Host} and those of the framing
 * @param content the content, without its framing
 * @param framing how the length of the content is sent
 */
public record Message(String line, List<String> fields, byte[] content, Framing framing) {
    /** How the length of the content is sent (RFC 9112 section 6). */
    public enum Framing {
        NONE, LENGTH, CHUNKED;

        private String field(int length) {
            return this == NONE ? "" : this == LENGTH ? "Content-Length: " + length + "\r\n" : "Transfer-Encoding: chunked\r\n";
        }
    }

    /** When the content is sent: with the head, or later in several parts. */
    public enum ContentTiming { AT_ONCE, LATER }

    /** A complete response for comparisons: everything except {@code Date} and the reason phrase. */
    public record FullResponse(int status, List<String> fields, String content) {
    }

    /**
     * Returns a request without content.
     * @param line method and target, such as {@code GET /echo}
     * @param fields complete field lines, such as {@code Accept: text/plain}
     */
    public static Message of(String line, String... fields) {
        return new Message(line, List.of(fields), new byte[0], Framing.NONE);
    }

    /**
     * Returns a GET that offers protocols, with {@code Connection: Upgrade}.
     * @param offer the value of {@code Upgrade}
     * @param more further field lines
     */
    public static Message offering(String path, String offer, String... more) {
        return of("GET " + path, "Connection: Upgrade", "Upgrade: " + offer).with(more);
    }

    /** Returns this request with this content. */
    public Message content(byte[] bytes, Framing how) {
        return new Message(line, fields, bytes, how);
    }

    /** Returns this request with further field lines. */
    public Message with(String... more) {
        List<String> all = new ArrayList<>(fields);
        all.addAll(List.of(more));
        return new Message(line, List.copyOf(all), content, framing);
    }

    /** Returns the head, including the empty line. */
    public byte[] head() {
        StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: localhost\r\n");
        fields.forEach(field -> head.append(field).append("\r\n"));
        return head.append(framing.field(content.length)).append("\r\n").toString().getBytes(ISO_8859_1);
    }

    /** Returns the content in its framing. Chunked content has chunks of growing size, from 1 byte on, and a trailer field. */
    public byte[] body() {
        if (framing != Framing.CHUNKED) return content;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int at = 0, size = 1; at < content.length; at += size, size = size * 3 + 1) {
            size = Math.min(size, content.length - at);
            all.writeBytes((Integer.toHexString(size) + "\r\n").getBytes(ISO_8859_1));
            all.write(content, at, size);
            all.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        all.writeBytes("0\r\nX-Trailer: last\r\n\r\n".getBytes(ISO_8859_1));
        return all.toByteArray();
    }

    /**
     * Returns the complete request.
     * @param behind bytes that are sent after it without waiting for the response
     */
    public byte[] bytes(byte... behind) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head());
        all.writeBytes(body());
        all.writeBytes(behind);
        return all.toByteArray();
    }

    /** Sends the request. */
    public void send(Wire wire, ContentTiming arrival) throws IOException {
        if (arrival == ContentTiming.AT_ONCE) {
            wire.send(bytes());
            return;
        }
        wire.send(head());
        byte[] body = body();
        int piece = Math.max(1, body.length / 20);
        for (int at = 0; at < body.length; at += piece) {
            pause();
            wire.send(body, at, Math.min(piece, body.length - at));
        }
    }

    /** Sends the bytes in two writes with a pause of 2 ms between them, usually as two TCP segments. */
    public static void sendSplit(Wire wire, byte[] bytes, int at) throws IOException {
        wire.send(Arrays.copyOf(bytes, at));
        pause();
        wire.send(bytes, at, bytes.length - at);
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads a complete response. */
    public static FullResponse readResponse(Wire wire) throws IOException {
        Head head = wire.readHead();
        List<String> fields = head.fields().stream().map(Head.Field::toString).filter(field -> !field.startsWith("Date:")).toList();
        return new FullResponse(head.status(), fields, wire.readBodyText(head));
    }
}
