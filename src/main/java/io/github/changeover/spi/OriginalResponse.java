package io.github.changeover.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The application's answer to the request that asked for the switch, owed over the new protocol
 * (RFC 9110 section 7.8). Hop-by-hop fields are not in it.
 *
 * @param status   the status the application set
 * @param fields   the fields the application set
 * @param body     the content, whole
 * @param trailers the trailer fields the application set, which a protocol may leave out
 */
public record OriginalResponse(int status, Fields fields, Body body, Fields trailers) {
    /** In memory, or in a file where it is long. */
    public interface Body {
        /** How many octets. */
        long length();

        /** The octets, to be read once; reading waits for no peer. What they occupy is free when this is closed, or at the end of the connection. */
        InputStream open();

        /** All octets at once, where they are not too many for memory. */
        default byte[] octets() {
            try (InputStream content = open()) {
                return content.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        static Body of(byte[] octets) {
            return new Body() {
                @Override
                public long length() {
                    return octets.length;
                }

                @Override
                public InputStream open() {
                    return new ByteArrayInputStream(octets);
                }
            };
        }
    }

    public OriginalResponse(int status, Fields fields, byte[] body) {
        this(status, fields, Body.of(body), Fields.none());
    }

    /** Without trailers. */
    public OriginalResponse(int status, Fields fields, Body body) {
        this(status, fields, body, Fields.none());
    }

    /** The same with trailers. */
    public OriginalResponse with(Fields trailers) {
        return new OriginalResponse(status, fields, body, trailers);
    }
}
