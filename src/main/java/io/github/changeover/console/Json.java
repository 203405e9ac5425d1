package io.github.changeover.console;

import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;

/**
 * Writes JSON (RFC 8259). Maps, collections, numbers and booleans are supported; any other value becomes a string. Characters that are
 * special in HTML or in old versions of JavaScript are escaped as well, so that the text is safe in every context.
 */
final class Json {
    private Json() {
    }

    static String of(Object value) {
        StringBuilder text = new StringBuilder(256);
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            char before = '{';
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                string(String.valueOf(entry.getKey()), text.append(before));
                write(entry.getValue(), text.append(':'));
                before = ',';
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Collection<?> items) {
            char before = '[';
            for (Object item : items) {
                write(item, text.append(before));
                before = ',';
            }
            text.append(items.isEmpty() ? "[]" : "]");
        } else if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            text.append(value);
        } else {
            string(String.valueOf(value), text);
        }
    }

    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isPlain(c)) text.append(c);
            else if (c == '\n') text.append("\\n");
            else text.append("\\u").append(HexFormat.of().toHexDigits(c));
        }
        text.append('"');
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != '\'';
    }
}
