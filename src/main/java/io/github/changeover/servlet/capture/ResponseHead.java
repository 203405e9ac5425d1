package io.github.changeover.servlet.capture;

import io.github.changeover.http.HopByHopFields;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Status and header fields of a captured response. It starts with those that filters have set on the real response, so that the captured response
 * contains them. Content-Type and Content-Length are kept separate from the other fields.
 */
final class ResponseHead {
    private static final String LATIN_1 = "ISO-8859-1";

    int status;
    long length;
    Locale locale;      // null until the application sets one
    private final List<Fields.Line> lines = new ArrayList<>();
    private final String realCharset;
    private String type;        // without its charset
    private String charset;     // null while none is set
    private boolean charsetFixed;
    private boolean reset;

    /** @param defaultCharset the charset of the context for responses that name none, or null; if the real response has this charset, it does not count as set */
    ResponseHead(HttpServletResponse real, String defaultCharset) {
        status = real.getStatus();
        length = -1;
        realCharset = real.getCharacterEncoding() == null ? LATIN_1 : real.getCharacterEncoding();
        charset = realCharset.equalsIgnoreCase(LATIN_1) || realCharset.equalsIgnoreCase(defaultCharset) ? null : realCharset;
        setType(real.getContentType());
        for (String name : new LinkedHashSet<>(real.getHeaderNames())) {
            if (name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Content-Length")) continue;
            if (values(name).isEmpty()) real.getHeaders(name).forEach(value -> add(name, value));
        }
    }

    void set(String name, String value) {
        if (isType(name)) {
            setType(value);
        } else if (isLength(name)) {
            length = value == null ? -1 : Long.parseLong(value.strip());
        } else if (value == null) {
            remove(name);
        } else {
            Fields.Line line = line(name, value);
            int at = indexOf(name);
            remove(name);
            lines.add(at < 0 ? lines.size() : at, line);
        }
    }

    void add(String name, String value) {
        if (value == null) return;
        if (isType(name) || isLength(name)) {
            set(name, value);
        } else {
            lines.add(line(name, value));
        }
    }

    /** Replaces each character that a field value must not contain by a space, as containers do. */
    private static Fields.Line line(String name, String value) {
        StringBuilder clean = new StringBuilder(value);
        for (int i = 0; i < clean.length(); i++) {
            char c = clean.charAt(i);
            if (c < 0x20 && c != '\t' || c == 0x7f || c > 0xff) clean.setCharAt(i, ' ');
        }
        return new Fields.Line(name, clean.toString());
    }

    private int indexOf(String name) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).name().equalsIgnoreCase(name)) return i;
        }
        return -1;
    }

    void remove(String name) {
        lines.removeIf(line -> line.name().equalsIgnoreCase(name));
    }

    List<String> values(String name) {
        if (isType(name)) return type() == null ? List.of() : List.of(type());
        if (isLength(name)) return length < 0 ? List.of() : List.of(Long.toString(length));
        return lines.stream().filter(line -> line.name().equalsIgnoreCase(name)).map(Fields.Line::value).toList();
    }

    Collection<String> names() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        all().forEach(line -> names.add(line.name()));
        return names;
    }

    private List<Fields.Line> all() {
        List<Fields.Line> all = new ArrayList<>();
        if (type() != null) all.add(line("Content-Type", type()));
        if (length >= 0) all.add(new Fields.Line("Content-Length", Long.toString(length)));
        all.addAll(lines);
        return all;
    }

    void setLocale(Locale given) {
        locale = given;
        set("Content-Language", given == null ? null : given.toLanguageTag());
    }

    void setType(String given) {
        if (given == null) {
            type = null;
            return;
        }
        StringBuilder rest = new StringBuilder();
        for (String part : given.split(";")) {
            String parameter = part.strip();
            if (parameter.regionMatches(true, 0, "charset=", 0, 8)) {
                setCharset(parameter.substring(8).strip().replace("\"", ""));
            } else if (!parameter.isEmpty()) {
                rest.append(rest.isEmpty() ? "" : ";").append(parameter);
            }
        }
        type = rest.toString();
    }

    /** Returns the type with its charset, or null. */
    String type() {
        return type == null || charset == null ? type : type + ";charset=" + charset;
    }

    void setCharset(String name) {
        if (!charsetFixed) charset = name;
    }

    String charset() {
        return charset == null ? realCharset : charset;
    }

    /** Called when the application obtains a writer: its charset is sent and can no longer change. */
    void fixCharset() {
        charset = charset();
        charsetFixed = true;
    }

    void clear() {
        reset = true;
        status = HttpServletResponse.SC_OK;
        length = -1;
        locale = null;
        lines.clear();
        type = null;
        charset = null;
        charsetFixed = false;
    }

    void replayTo(HttpServletResponse real) {
        if (reset) real.reset();
        real.setStatus(status);
        if (locale != null) real.setLocale(locale);
        boolean ownCharset = charset != null && (reset || charsetFixed || !charset.equalsIgnoreCase(realCharset));
        if (ownCharset) real.setCharacterEncoding(charset);
        if (type != null) real.setContentType(ownCharset ? type() : type);
        if (length >= 0) real.setContentLengthLong(length);
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (Fields.Line line : lines) {
            if (seen.add(line.name())) replay(line.name(), real);
        }
    }

    private void replay(String name, HttpServletResponse real) {
        List<String> required = values(name);
        List<String> existing = List.copyOf(real.getHeaders(name));
        if (name.equalsIgnoreCase("Set-Cookie")) {      // the container may have added one for the session
            required.stream().filter(value -> !existing.contains(value)).forEach(value -> real.addHeader(name, value));
        } else if (!required.equals(existing)) {
            real.setHeader(name, required.get(0));
            required.stream().skip(1).forEach(value -> real.addHeader(name, value));
        }
    }

    /** Copies from the real response the cookie of a session that was created during the capture. */
    void copyCookies(HttpServletResponse real) {
        List<String> own = values("Set-Cookie");
        real.getHeaders("Set-Cookie").stream().filter(value -> !own.contains(value)).forEach(value -> add("Set-Cookie", value));
    }

    /**
     * Returns the response with this body and these trailers, without hop-by-hop fields (RFC 9110 section 7.6.1). A Content-Length that differs from the length of the
     * body is removed, except if the body is empty, as in the response to a HEAD.
     */
    OriginalResponse with(OriginalResponse.Body body, Fields trailers) {
        Set<String> dropped = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        dropped.addAll(HopByHopFields.of(values("Connection")));
        dropped.add("Trailer");
        if (body.length() > 0 && length != body.length()) dropped.add("Content-Length");
        boolean hasNoBody = status == HttpServletResponse.SC_NO_CONTENT || status == HttpServletResponse.SC_NOT_MODIFIED;
        return OriginalResponse.of(status, Fields.of(all().stream().filter(line -> !dropped.contains(line.name())).toList()),
                hasNoBody ? OriginalResponse.Body.of(new byte[0]) : body, trailers);
    }

    /** Returns the trailers that can be sent: no hop-by-hop or framing fields, and none if the status does not allow content. */
    Fields trailers(Map<String, String> trailers) {
        List<Fields.Line> accepted = new ArrayList<>();
        if (status != HttpServletResponse.SC_NO_CONTENT && status != HttpServletResponse.SC_NOT_MODIFIED) {
            trailers.forEach((name, value) -> {
                try {
                    if (!HopByHopFields.contains(name) && !name.equalsIgnoreCase("Trailer") && !isLength(name)) accepted.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException | NullPointerException odd) {
                    // ignored, as in a container: the field cannot be sent
                }
            });
        }
        return Fields.of(accepted);
    }

    private static boolean isType(String name) {
        return name.equalsIgnoreCase("Content-Type");
    }

    private static boolean isLength(String name) {
        return name.equalsIgnoreCase("Content-Length");
    }
}
