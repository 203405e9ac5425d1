package bodies;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The length and the hash of the bytes that were read, as one line. */
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

    /** May be called once. */
    @Override
    public String toString() {
        return count + " " + HexFormat.of().formatHex(hash.digest());
    }
}
