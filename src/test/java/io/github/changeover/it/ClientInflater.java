package io.github.changeover.it;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompresses the messages that a client receives. Its window is kept from message to message: RFC 7692 section 7.2.2. */
final class ClientInflater {
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private final Inflater inflater = new Inflater(true);

    byte[] inflate(byte[] payload) {
        inflater.setInput(Frames.join(payload, TAIL));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        try {
            for (int count = inflater.inflate(some); count > 0; count = inflater.inflate(some)) all.write(some, 0, count);
        } catch (DataFormatException corrupt) {
            throw new AssertionError("what came cannot be inflated", corrupt);
        }
        return all.toByteArray();
    }
}
