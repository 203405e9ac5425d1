package io.github.changeover.servlet.capture;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The content of a request that was already read, as a stream or as form fields. */
final class ReplayedContent extends ServletInputStream {
    private final ByteArrayInputStream bytes;
    private boolean hasListener;

    ReplayedContent(byte[] content) {
        bytes = new ByteArrayInputStream(content);
    }

    @Override
    public int read() {
        return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        return bytes.read(target, offset, length);
    }

    @Override
    public int available() {
        return bytes.available();
    }

    @Override
    public boolean isFinished() {
        return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    /** Sets the listener and calls it immediately, because all content is available. */
    @Override
    public void setReadListener(ReadListener listener) {
        Objects.requireNonNull(listener, "listener");
        if (hasListener) throw new IllegalStateException("The input already has a ReadListener");
        hasListener = true;
        try {
            if (!isFinished()) listener.onDataAvailable();
            if (isFinished()) listener.onAllDataRead();
        } catch (IOException | RuntimeException failure) {
            listener.onError(failure);
        }
    }

    /** Reads the rest of the content as {@code application/x-www-form-urlencoded} and returns its fields. */
    Map<String, List<String>> form(Charset charset) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String pair : new String(bytes.readAllBytes(), StandardCharsets.ISO_8859_1).split("&")) {
            if (pair.isEmpty()) continue;
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals), charset);
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), charset);
            fields.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        }
        return fields;
    }

    private static String decoded(String text, Charset charset) {
        try {
            return URLDecoder.decode(text, charset);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }
}
