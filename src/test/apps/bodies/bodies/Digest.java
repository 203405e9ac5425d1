package bodies;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What was read, in a line: its length and its hash. */
final class Digest {
    private final MessageDigest hash;
    private long count;

    Digest() {
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    static Digest of(byte[] bytes) {
        return new Digest().add(bytes, bytes.length);
    }

    static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    Digest add(byte[] bytes, int length) {
        hash.update(bytes, 0, length);
        count += length;
        return this;
    }

    /** Once. */
    @Override
    public String toString() {
        return count + " " + HexFormat.of().formatHex(hash.digest());
    }
}
