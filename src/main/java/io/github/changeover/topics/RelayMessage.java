package io.github.changeover.topics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What one node sends to others:
 * <pre>
 * version (1 byte, 1)   kind (1)   node (8)   epoch (8)   number (8)   length (4)   body (length bytes)   signature (0 or 32)
 * </pre>
 * With a secret, the signature is HMAC-SHA256 over the channel in UTF-8 and all bytes before the signature.
 *
 * @param kind   the kind of the body
 * @param node   identifies the sending node since its start
 * @param epoch  grows when the numbers of a topic begin at 1 again
 * @param number the number of the message in its topic and epoch, from 1; or the number of the heartbeat
 */
record RelayMessage(Kind kind, long node, long epoch, long number, byte[] body) {
    private static final byte VERSION = 1;
    private static final int HEAD = 1 + 1 + 3 * 8 + 4, SIGNATURE = 32;
    private static final int TEXT = 1, HAS_KEY = 2;
    private static final String SAME_SECRET = " (changeover.relay.secret must be equal on all nodes)";

    /** The kinds of messages. Their order is part of the format. */
    enum Kind { MESSAGE, HEARTBEAT, END }

    /** Signs messages and checks signatures. */
    static final class Signer {
        static final Signer NONE = new Signer(null);
        private final SecretKeySpec key;        // null without a secret

        private Signer(SecretKeySpec key) {
            this.key = key;
        }

        static Signer of(Optional<String> secret) {
            return secret.map(words -> new Signer(new SecretKeySpec(words.getBytes(StandardCharsets.UTF_8), "HmacSHA256"))).orElse(NONE);
        }

        private int length() {
            return key == null ? 0 : SIGNATURE;
        }

        private byte[] sign(String channel, byte[] bytes, int count) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                mac.update(channel.getBytes(StandardCharsets.UTF_8));
                mac.update((byte) 0);
                mac.update(bytes, 0, count);
                return mac.doFinal();
            } catch (NoSuchAlgorithmException | InvalidKeyException everyJdkHasIt) {
                throw new IllegalStateException(everyJdkHasIt);
            }
        }
    }

    /** A message that is malformed, or whose signature is missing or wrong. */
    static final class InvalidMessageException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidMessageException(String message) {
            super(message, null, false, false);
        }
    }

    byte[] encode(String channel, Signer signer) {
        byte[] bytes = new byte[HEAD + body.length + signer.length()];
        ByteBuffer.wrap(bytes).put(VERSION).put((byte) kind.ordinal()).putLong(node).putLong(epoch).putLong(number).putInt(body.length).put(body);
        if (signer.key != null) System.arraycopy(signer.sign(channel, bytes, HEAD + body.length), 0, bytes, HEAD + body.length, SIGNATURE);
        return bytes;
    }

    static RelayMessage decode(String channel, byte[] bytes, Signer signer) throws InvalidMessageException {
        if (bytes.length < HEAD + signer.length()) throw new InvalidMessageException("only " + bytes.length + " bytes" + (signer.key == null ? "" : SAME_SECRET));
        ByteBuffer from = ByteBuffer.wrap(bytes);
        if (from.get() != VERSION) throw new InvalidMessageException("version " + bytes[0] + " instead of " + VERSION);
        int kind = from.get();
        if (kind < 0 || kind >= Kind.values().length) throw new InvalidMessageException("kind " + kind);
        long node = from.getLong(), epoch = from.getLong(), number = from.getLong();
        int length = from.getInt();
        if (length != bytes.length - HEAD - signer.length()) {
            throw new InvalidMessageException("a body of " + length + " bytes in a message of " + bytes.length + " bytes, of which the signature has " + signer.length()
                    + SAME_SECRET);
        }
        if (signer.key != null && !MessageDigest.isEqual(signer.sign(channel, bytes, HEAD + length), Arrays.copyOfRange(bytes, HEAD + length, bytes.length))) {
            throw new InvalidMessageException("a wrong signature" + SAME_SECRET);
        }
        if (epoch < 1 || number < 1) throw new InvalidMessageException("epoch " + epoch + ", number " + number);
        return new RelayMessage(Kind.values()[kind], node, epoch, number, Arrays.copyOfRange(bytes, HEAD, HEAD + length));
    }

    // ---- the body of a message of a topic: flags (1)   [length of the key (2)   key in UTF-8]   content

    static byte[] body(TopicMessage message) {
        byte[] key = message.key().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
        byte[] content = message.shared();
        ByteBuffer body = ByteBuffer.allocate(1 + (key == null ? 0 : 2 + key.length) + content.length);
        body.put((byte) ((message.isText() ? TEXT : 0) | (key == null ? 0 : HAS_KEY)));
        if (key != null) body.putShort((short) key.length).put(key);
        return body.put(content).array();
    }

    TopicMessage message() throws InvalidMessageException {
        if (body.length == 0 || (body[0] & ~(TEXT | HAS_KEY)) != 0) throw new InvalidMessageException("unknown flags");
        ByteBuffer from = ByteBuffer.wrap(body, 1, body.length - 1);
        String key = null;
        if ((body[0] & HAS_KEY) != 0) {
            if (from.remaining() < 2) throw new InvalidMessageException("no length of a key");
            int length = from.getShort() & 0xffff;
            if (from.remaining() < length) throw new InvalidMessageException("an incomplete key");
            byte[] bytes = new byte[length];
            from.get(bytes);
            key = new String(bytes, StandardCharsets.UTF_8);
        }
        byte[] content = new byte[from.remaining()];
        from.get(content);
        return TopicMessage.wrap(content, (body[0] & TEXT) != 0, key);
    }
}
