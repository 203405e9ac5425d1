package io.github.changeover.servlet.capture;

import io.github.changeover.http.HopByHopFields;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The request as the application sees it while its response is captured. It hides the hop-by-hop fields (RFC 9110 sections 7.6.1 and 7.8):
 * {@code Upgrade}, {@code Connection}, {@code HTTP2-Settings} and the fields that {@code Connection} names, except {@code Host} and
 * {@code Content-Length}, which belong to the message. Asynchronous processing ends the capture.
 */
public final class CapturedRequest extends HttpServletRequestWrapper {
    private static final List<String> FIELDS_OF_READ_CONTENT = List.of("Expect", "Trailer");

    private final CapturedResponse response;
    private final Set<String> hidden = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final ReplayedContent content;      // null if the content is read from the container
    private final int length;
    private BufferedReader reader;
    private boolean streamUsed;
    private Map<String, List<String>> form;

    /**
     * @param request  the original request
     * @param response captures the response of the application
     * @param content  the content if it was already read; empty to read it from {@code request}
     */
    public CapturedRequest(HttpServletRequest request, CapturedResponse response, Optional<byte[]> content) {
        super(request);
        this.response = response;
        this.content = content.map(ReplayedContent::new).orElse(null);
        this.length = content.map(bytes -> bytes.length).orElse(0);
        hidden.addAll(HopByHopFields.of(Collections.list(request.getHeaders("Connection"))));
        if (this.content != null) hidden.addAll(FIELDS_OF_READ_CONTENT);
        else hidden.remove("Transfer-Encoding");
    }

    // ---- header fields

    @Override
    public String getHeader(String name) {
        Enumeration<String> values = getHeaders(name);
        return values.hasMoreElements() ? values.nextElement() : null;
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        if (hidden.contains(name)) return Collections.emptyEnumeration();
        if (isLength(name) && replaysLength()) return Collections.enumeration(List.of(Integer.toString(length)));
        return super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = new ArrayList<>(Collections.list(super.getHeaderNames()));
        names.removeIf(hidden::contains);
        if (replaysLength() && names.stream().noneMatch(CapturedRequest::isLength)) names.add("Content-Length");
        return Collections.enumeration(names);
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        if (hidden.contains(name)) return -1;
        return super.getDateHeader(name);
    }

    private static boolean isLength(String name) {
        return name.equalsIgnoreCase("Content-Length");
    }

    // ---- operations that are not possible during a capture

    @Override
    public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler) {
        throw new IllegalStateException("upgrade() cannot be called: the connection is already being upgraded, to a protocol that will carry "
                + "the response to this request");
    }

    /** Uses this request and its response, because no other object can continue what the application has begun with them. */
    @Override
    public AsyncContext startAsync() {
        return startAsync(this, response);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse given) {
        if (!response.mayPassThrough()) {
            throw new IllegalStateException("This request cannot be processed asynchronously, because its path is required: its response must be sent over the protocol "
                    + "that the connection switches to. Later requests on that connection can be processed asynchronously");
        }
        return passThrough(super.startAsync(request, given));
    }

    @Override
    public boolean isAsyncSupported() {
        return response.mayPassThrough() && super.isAsyncSupported();
    }

    private AsyncContext passThrough(AsyncContext started) {
        try {
            response.passThrough("the application processes the request asynchronously");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return started;
    }

    // ---- content

    private boolean replaysLength() {
        return content != null && (length > 0 || super.getHeader("Content-Length") != null);
    }

    @Override
    public int getContentLength() {
        return content == null ? super.getContentLength() : replaysLength() ? length : -1;
    }

    @Override
    public long getContentLengthLong() {
        return content == null ? super.getContentLengthLong() : getContentLength();
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (content == null) return super.getInputStream();
        if (reader != null) throw new IllegalStateException("getReader() was called on this request before getInputStream()");
        streamUsed = true;
        return content;
    }

    @Override
    public BufferedReader getReader() throws IOException {
        if (content == null) return super.getReader();
        if (streamUsed) throw new IllegalStateException("getInputStream() was called on this request before getReader()");
        if (reader == null) reader = new BufferedReader(new InputStreamReader(content, charset(StandardCharsets.ISO_8859_1)));
        return reader;
    }

    private Charset charset(Charset otherwise) {
        String name = getCharacterEncoding();
        return name == null ? otherwise : Charset.forName(name);
    }

    /** Overrides the method of Servlet 6.1. */
    public void setCharacterEncoding(Charset charset) {
        try {
            setCharacterEncoding(charset == null ? null : charset.name());
        } catch (UnsupportedEncodingException everyCharsetHasItsName) {
            throw new IllegalStateException(everyCharsetHasItsName);
        }
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        Map<String, String[]> all = new LinkedHashMap<>(super.getParameterMap());
        form().forEach((name, values) -> all.merge(name, values.toArray(String[]::new), CapturedRequest::concatenate));
        return Collections.unmodifiableMap(all);
    }

    private static String[] concatenate(String[] first, String[] second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private Map<String, List<String>> form() {
        if (form == null) {
            String type = getContentType();
            boolean parsesForm = content != null && !streamUsed && reader == null && getMethod().equals("POST") && type != null
                    && type.split(";")[0].strip().toLowerCase(Locale.ROOT).equals("application/x-www-form-urlencoded");
            form = parsesForm ? content.form(charset(StandardCharsets.ISO_8859_1)) : Map.of();
        }
        return form;
    }

    @Override
    public String getParameter(String name) {
        String[] values = getParameterValues(name);
        return values == null ? null : values[0];
    }

    @Override
    public String[] getParameterValues(String name) {
        return getParameterMap().get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    @Override
    public Collection<Part> getParts() throws IOException, ServletException {
        if (content == null) return super.getParts();
        throw new ServletException("getParts() is not supported for a request whose response is sent over another protocol; read the stream");
    }

    @Override
    public Part getPart(String name) throws IOException, ServletException {
        if (content == null) return super.getPart(name);
        getParts();
        return null;
    }
}
