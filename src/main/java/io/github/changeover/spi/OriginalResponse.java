package io.github.changeover.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The response of the application to the upgrade request, which must be sent over the new protocol
 * (RFC 9110 section 7.8). It does not contain hop-by-hop header fields. Changeover makes it; {@link #of} is for tests.
 */
public final class OriginalResponse {
    private final int status;
    private final Fields fields;
    private final Body body;
    private final Fields trailers;

    private OriginalResponse(int status, Fields fields, Body body, Fields trailers) {
        this.status = status;
        this.fields = Objects.requireNonNull(fields, "fields");
        this.body = Objects.requireNonNull(body, "body");
        this.trailers = Objects.requireNonNull(trailers, "trailers");
    }

    /** Returns a response with these values. */
    public static OriginalResponse of(int status, Fields fields, Body body, Fields trailers) {
        return new OriginalResponse(status, fields, body, trailers);
    }

    /** Returns a response without trailer fields. The content is copied. */
    public static OriginalResponse of(int status, Fields fields, byte[] content) {
        return new OriginalResponse(status, fields, Body.of(content), Fields.none());
    }

    /** Returns the status that the application set. */
    public int status() {
        return status;
    }

    /** Returns the header fields that the application set. */
    public Fields fields() {
        return fields;
    }

    /** Returns the complete content. */
    public Body body() {
        return body;
    }

    /** Returns the trailer fields that the application set; a protocol may omit them. */
    public Fields trailers() {
        return trailers;
    }

    /**
     * The content of the response. It is in memory, or in a file if it is long. Only Changeover implements this interface, because methods may be
     * added. Not thread-safe.
     */
    public interface Body {
        /** The length in bytes. */
        long length();

        /**
         * Returns the content, which can be read once. Reading does not wait for the client or the application. The memory or the file is released when
         * the stream is closed, or at the end of the connection.
         * @throws IllegalStateException if the content was released before
         */
        InputStream open();

        /**
         * Returns all bytes at once. Use it only if the content fits into memory.
         * @throws UncheckedIOException if the content cannot be read
         */
        default byte[] bytes() {
            try (InputStream content = open()) {
                return content.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** Returns a copy of these bytes as content. */
        static Body of(byte[] bytes) {
            byte[] copy = bytes.clone();
            return new Body() {
                @Override
                public long length() {
                    return copy.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(copy);
                }
            };
        }
    }
}
