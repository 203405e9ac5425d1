package io.github.changeover.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The behaviour of a container's response, as far as these tests need it. {@link #calls} lists the calls that changed it. */
public final class FakeContainerResponse {
    public final List<String> calls = new ArrayList<>();
    public final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    public final ByteArrayOutputStream body = new ByteArrayOutputStream();
    public final HttpServletResponse response = (HttpServletResponse) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {HttpServletResponse.class}, this::invoke);
    public WriteListener listener;
    public boolean committed;
    public boolean closed;
    public int status = 200;
    private String type;
    private String charset;
    private long length = -1;
    private Locale locale;
    private Object trailers;
    private final ServletOutputStream output = new ServletOutputStream() {
        @Override
        public void write(int b) {
            if (!closed) body.write(b);
        }

        @Override
        public void flush() {
            committed = true;
        }

        @Override
        public void close() {
            committed = true;
            closed = true;
        }

        @Override
        public boolean isReady() {
            return false;
        }

        @Override
        public void setWriteListener(WriteListener given) {
            listener = given;
        }
    };

    public String text() {
        return body.toString(StandardCharsets.UTF_8);
    }

    public String type() {
        return type == null || charset == null ? type : type + ";charset=" + charset;
    }

    private Object invoke(Object self, Method method, Object[] given) {
        String name = method.getName();
        if (name.matches("(set|add|send|reset|flush).*")) calls.add(name);
        switch (name) {
            case "getStatus": return status;
            case "setStatus": status = (Integer) given[0]; return null;
            case "getHeaderNames": return List.copyOf(headers.keySet());
            case "getHeaders": return headers.getOrDefault(given[0], List.of());
            case "getHeader": return headers.getOrDefault(given[0], List.of()).stream().findFirst().orElse(null);
            case "containsHeader": return headers.containsKey(given[0]);
            case "setHeader": headers.put((String) given[0], new ArrayList<>(List.of((String) given[1]))); return null;
            case "addHeader": headers.computeIfAbsent((String) given[0], any -> new ArrayList<>()).add((String) given[1]); return null;
            case "addCookie": headers.computeIfAbsent("Set-Cookie", any -> new ArrayList<>()).add(((Cookie) given[0]).getName()); return null;
            case "getContentType": return type();
            case "setContentType":
                String[] parts = ((String) given[0]).split(";charset=");
                type = parts[0];
                if (parts.length > 1) charset = parts[1];
                return null;
            case "getCharacterEncoding": return charset == null ? "ISO-8859-1" : charset;
            case "setCharacterEncoding": charset = (String) given[0]; return null;
            case "setContentLengthLong": length = (Long) given[0]; return null;
            case "getLocale": return locale == null ? Locale.ROOT : locale;
            case "setLocale": locale = (Locale) given[0]; return null;
            case "getBufferSize": return 8192;
            case "setBufferSize": return null;
            case "setTrailerFields": trailers = given[0]; return null;
            case "getTrailerFields": return trailers;
            case "getOutputStream": return output;
            case "isCommitted": return committed;
            case "flushBuffer": committed = true; return null;
            case "sendError": status = (Integer) given[0]; closed = true; committed = true; return null;
            case "resetBuffer": body.reset(); return null;
            case "reset":
                body.reset();
                headers.clear();
                status = 200;
                type = null;
                charset = null;
                return null;
            case "encodeURL", "encodeRedirectURL": return given[0] + ";jsessionid=1";
            default: throw new UnsupportedOperationException(name);
        }
    }

    public long length() {
        return length;
    }
}
