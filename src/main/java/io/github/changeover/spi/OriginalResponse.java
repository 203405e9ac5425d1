package io.github.changeover.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The response of the application to the upgrade request, which must be sent over the new protocol
 * (RFC 9110 section 7.8). It does not contain hop-by-hop header fields.
 *
 * @param status   the status that the application set
 * @param fields   the header fields that the application set
 * @param body     the complete content
 * @param trailers the trailer fields that the application set; a protocol may omit them
 */
public record OriginalResponse(int status, Fields fields, Body body, Fields trailers) {
    /** The content of the response. It is in memory, or in a file if it is long. */
    public interface Body {
        /** The length in bytes. */
        long length();

        /**
         * Returns the content, which can be read once. Reading does not wait for the client or the application. The memory or the file is released when
         * the stream is closed, or at the end of the connection.
         */
        InputStream open();

        /** Returns all bytes at once. Use it only if the content fits into memory. */
        default byte[] bytes() {
            try (InputStream content = open()) {
                return content.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        static Body of(byte[] bytes) {
            return new Body() {
                @Override
                public long length() {
                    return bytes.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }

    public OriginalResponse(int status, Fields fields, byte[] body) {
        this(status, fields, Body.of(body), Fields.none());
    }

    /** A response without trailer fields. */
    public OriginalResponse(int status, Fields fields, Body body) {
        this(status, fields, body, Fields.none());
    }

    /** Returns the same response with these trailer fields. */
    public OriginalResponse with(Fields trailers) {
        return new OriginalResponse(status, fields, body, trailers);
    }
}
