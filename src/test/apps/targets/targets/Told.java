package targets;

import jakarta.websocket.Session;
import java.util.TreeMap;

/** What a session returns about its target, one fact per line, with every character that is not ASCII as {@code \\uXXXX}. */
final class Told {
    private Told() {
    }

    static String of(Session session) {
        return ascii("uri " + session.getRequestURI() + "\nquery " + session.getQueryString() + "\nparameters " + new TreeMap<>(session.getRequestParameterMap())
                + "\npath " + new TreeMap<>(session.getPathParameters()) + "\nsecure " + session.isSecure());
    }

    static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        for (char c : text.toCharArray()) ascii.append(c >= 0x20 && c < 0x7f || c == '\n' ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        return ascii.toString();
    }
}
