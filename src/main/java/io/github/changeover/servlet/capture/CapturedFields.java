package io.github.changeover.servlet.capture;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Status and header fields of a {@link CapturedResponse}. They are kept here during the capture; afterwards calls go to the real response. */
abstract class CapturedFields extends HttpServletResponseWrapper {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    final HttpServletResponse real;
    final ResponseHead head;

    CapturedFields(HttpServletResponse real, String defaultCharset) {
        super(UnusableResponse.response());
        this.real = real;
        this.head = new ResponseHead(real, defaultCharset);
    }

    /** Returns whether the response is still being captured. */
    abstract boolean captured();

    /** Returns whether fields may be set. Once the response is committed, they are ignored, as in a container. */
    private boolean isWritable() {
        return captured() && !isCommitted();
    }

    @Override
    public void setStatus(int status) {
        if (!captured()) super.setStatus(status);
        else if (isWritable()) head.status = status;
    }

    @Override
    public int getStatus() {
        return !captured() ? super.getStatus() : head.status;
    }

    @Override
    public void setHeader(String name, String value) {
        if (!captured()) super.setHeader(name, value);
        else if (isWritable()) head.set(name, value);
    }

    @Override
    public void addHeader(String name, String value) {
        if (!captured()) super.addHeader(name, value);
        else if (isWritable()) head.add(name, value);
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long date) {
        setHeader(name, DATE.format(Instant.ofEpochMilli(date)));
    }

    @Override
    public void addDateHeader(String name, long date) {
        addHeader(name, DATE.format(Instant.ofEpochMilli(date)));
    }

    @Override
    public void addCookie(Cookie cookie) {
        if (!captured()) super.addCookie(cookie);
        else if (isWritable()) head.add("Set-Cookie", SetCookie.value(cookie));
    }

    @Override
    public boolean containsHeader(String name) {
        return !captured() ? super.containsHeader(name) : !head.values(name).isEmpty();
    }

    @Override
    public String getHeader(String name) {
        return !captured() ? super.getHeader(name) : head.values(name).stream().findFirst().orElse(null);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return !captured() ? super.getHeaders(name) : head.values(name);
    }

    @Override
    public Collection<String> getHeaderNames() {
        return !captured() ? super.getHeaderNames() : List.copyOf(head.names());
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        if (!captured()) super.setContentLengthLong(length);
        else if (isWritable()) head.length = Math.max(-1, length);
    }

    @Override
    public void setContentType(String type) {
        if (!captured()) super.setContentType(type);
        else if (isWritable()) head.setType(type);
    }

    @Override
    public String getContentType() {
        return !captured() ? super.getContentType() : head.type();
    }

    @Override
    public void setCharacterEncoding(String charset) {
        if (!captured()) super.setCharacterEncoding(charset);
        else if (isWritable()) head.setCharset(charset);
    }

    /** Overrides the method of Servlet 6.1. */
    public void setCharacterEncoding(Charset charset) {
        setCharacterEncoding(charset == null ? null : charset.name());
    }

    @Override
    public String getCharacterEncoding() {
        return !captured() ? super.getCharacterEncoding() : head.charset();
    }

    @Override
    public void setLocale(Locale locale) {
        if (!captured()) super.setLocale(locale);
        else if (isWritable()) head.setLocale(locale);
    }

    @Override
    public Locale getLocale() {
        return captured() && head.locale != null ? head.locale : real.getLocale();
    }

    @Override
    public String encodeURL(String url) {
        return real.encodeURL(url);
    }

    @Override
    public String encodeRedirectURL(String url) {
        return real.encodeRedirectURL(url);
    }
}
