package io.github.changeover.it;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.Deflater;

/** Compresses the messages of a client. Its window is kept from message to message: RFC 7692 section 7.2.1. */
final class ClientDeflater {
    private static final int TAIL = 4;
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

    byte[] deflate(byte[] message) {
        deflater.setInput(message);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        for (int count = some.length; count == some.length;) {
            count = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
            all.write(some, 0, count);
        }
        return Arrays.copyOf(all.toByteArray(), all.size() - TAIL);
    }
}
