package io.github.changeover.http;

/** Values of {@code Content-Type}: RFC 9110 section 8.3. */
public final class MediaType {
    public static final String PLAIN_TEXT = "text/plain;charset=utf-8";

    private MediaType() {
    }
}
