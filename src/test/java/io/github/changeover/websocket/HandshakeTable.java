package io.github.changeover.websocket;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The table handshakes.txt, which is explained at its beginning: requests as they are on the wire, and their responses. */
public final class HandshakeTable {
    private static final InetSocketAddress ANY = InetSocketAddress.createUnresolved("localhost", 80);
    private static final Pattern ESCAPE = Pattern.compile("\\\\(t|\\\\|x[0-9a-f]{2})");
    private static final List<String> EXAMPLE = List.of("Host: server.example.com", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13");

    private HandshakeTable() {
    }

    /**
     * A row of the table.
     *
     * @param lines  the header field lines of the request
     * @param secure whether it is sent over TLS
     * @param status the status of the response; empty for an ordinary HTTP request
     * @param word   a word that the text of a rejection must contain
     * @param answer the header field lines of the response
     */
    public record HandshakeRow(String section, String name, String requestLine, List<String> lines, boolean secure,
                      Optional<Integer> status, String word, List<String> answer) {
        public UpgradeRequest request() {
            return HandshakeTable.request(requestLine, lines, secure);
        }

        public Fields fields() {
            return HandshakeTable.fields(answer);
        }

        /** Returns the values of a header field of the response. */
        public List<String> values(String name) {
            return answer.stream().filter(line -> HandshakeTable.name(line).equalsIgnoreCase(name)).map(HandshakeTable::value).toList();
        }

        @Override
        public String toString() {
            return section + ": " + name;
        }
    }

    /** Returns the rows of these sections, or of all sections if none is given. */
    public static Stream<HandshakeRow> rows(String... sections) {
        return rows("/websocket/handshakes.txt").filter(row -> sections.length == 0 || List.of(sections).contains(row.section));
    }

    /** Returns the rows of clients.txt, which is explained at its beginning. Each row has a path. */
    public static Stream<HandshakeRow> clients() {
        return rows("/websocket/clients.txt");
    }

    private static Stream<HandshakeRow> rows(String file) {
        List<HandshakeRow> rows = new ArrayList<>();
        String section = "";
        for (String line : text(file).split("\n")) {
            if (line.startsWith("## ")) section = line.substring(3);
            else if (!line.isBlank() && !line.startsWith("#")) rows.add(row(section, line));
        }
        return rows.stream();
    }

    /** Returns the example of the RFC, in which these lines replace the lines with the same names. */
    static UpgradeRequest example(String... changes) {
        List<String> lines = new ArrayList<>(EXAMPLE);
        for (String change : changes) change(lines, change);
        return request("GET /chat HTTP/1.1", lines, false);
    }

    private static HandshakeRow row(String section, String line) {
        String[] cells = line.split("(?<=\\s)\\|(?=\\s)");
        boolean withPath = cells.length == 4;
        if (cells.length != 3 && !withPath) throw new IllegalArgumentException("Not three cells, nor four: " + line);
        String requestLine = "GET " + (withPath ? cells[1].trim() : "/chat") + " HTTP/1.1";
        boolean secure = false;
        List<String> lines = new ArrayList<>(EXAMPLE);
        for (String change : parts(cells[cells.length - 2])) {
            if (change.startsWith("> ")) requestLine = change.substring(2);
            else if (change.equals("https")) secure = true;
            else change(lines, change);
        }
        List<String> answer = parts(cells[cells.length - 1]);
        String[] first = answer.get(0).split(" ", 2);
        return new HandshakeRow(section, cells[0].trim(), requestLine, List.copyOf(lines), secure,
                first[0].equals("ordinary") ? Optional.empty() : Optional.of(Integer.valueOf(first[0])), first.length > 1 ? first[1] : "", List.copyOf(answer.subList(1, answer.size())));
    }

    private static List<String> parts(String cell) {
        return Arrays.stream(cell.split("&&")).map(String::trim).filter(part -> !part.isEmpty()).toList();
    }

    private static void change(List<String> lines, String change) {
        boolean add = change.startsWith("+");
        boolean remove = change.startsWith("-");
        String line = add || remove ? change.substring(1) : change;
        if (!add) lines.removeIf(present -> name(present).equalsIgnoreCase(remove ? line : name(line)));
        if (!remove) lines.add(name(line) + ": " + ESCAPE.matcher(value(line)).replaceAll(HandshakeTable::unescaped));
    }

    private static String unescaped(MatchResult escape) {
        return switch (escape.group(1)) {
            case "t" -> "\t";
            case "\\" -> "\\\\";
            default -> String.valueOf((char) Integer.parseInt(escape.group(1).substring(1), 16));
        };
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':'));
    }

    private static String value(String line) {
        String value = line.substring(line.indexOf(':') + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }

    static UpgradeRequest request(String requestLine, List<String> lines, boolean secure) {
        String[] start = requestLine.split("[ ?]");
        Fields fields = fields(lines);
        boolean chunked = fields.contains("Transfer-Encoding");
        long length = fields.first("Content-Length").map(Long::parseLong).orElse(-1L);
        return UpgradeRequest.builder().method(start[0]).path(start[1]).query(start.length > 3 ? start[2] : "").protocol(start[start.length - 1])
                .scheme(secure ? "https" : "http").fields(fields).contentLength(length).chunked(chunked)
                .tls(secure ? UpgradeRequest.Tls.of("TLSv1.3", "", List.of()) : null).build();
    }

    private static Fields fields(List<String> lines) {
        Fields fields = Fields.none();
        for (String line : lines) fields = fields.with(name(line), value(line));
        return fields;
    }

    private static String text(String name) {
        try (InputStream file = HandshakeTable.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
