package io.github.changeover.topics;

import io.github.changeover.spi.SharedBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** A text or bytes that are published to many connections. The content never changes. Thread-safe. */
public final class TopicMessage {
    private static final int LONGEST_KEY = 200;
    private final byte[] content;       // a text is encoded in UTF-8
    private final boolean isText;
    private final String key;           // null if there is none
    private EncodedMessage encoded;     // changed under the lock of this object, read without it: then a message may be encoded again

    /** The message as one encoder has encoded it. */
    private record EncodedMessage(Object encoder, Object result, EncodedMessage other) {
    }

    private TopicMessage(byte[] content, boolean isText, String key) {
        this.content = content;
        this.isText = isText;
        this.key = key;
    }

    /** Creates a text message. An unpaired surrogate becomes a question mark. */
    public static TopicMessage text(String text) {
        return new TopicMessage(text.getBytes(StandardCharsets.UTF_8), true, null);
    }

    /** Creates a message with a copy of the remaining bytes. The buffer is not changed. */
    public static TopicMessage bytes(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return new TopicMessage(copy, false, null);
    }

    /** Creates a message that uses the array without a copy. */
    static TopicMessage wrap(byte[] content, boolean isText, String key) {
        return new TopicMessage(content, isText, key);
    }

    /**
     * Returns a message with the same content and a key. In a topic with {@link Overflow#KEEP_LATEST} it replaces a waiting message with an equal key.
     *
     * @param key up to 200 characters
     * @throws IllegalArgumentException if the key is longer
     */
    public TopicMessage withKey(String key) {
        if (key.length() > LONGEST_KEY) throw new IllegalArgumentException("A key may have " + LONGEST_KEY + " characters, not " + key.length());
        return new TopicMessage(content, isText, key);
    }

    /** Whether this is a text. WebSocket connections get a text as a text message, and bytes as a binary message. */
    public boolean isText() {
        return isText;
    }

    /** The content as a text; bytes are decoded as UTF-8. */
    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** The content, read-only; a text is encoded in UTF-8. */
    public ByteBuffer content() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /** The number of bytes of the content. */
    public int size() {
        return content.length;
    }

    /** The key; empty if there is none. */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    /** Returns the bytes that this encoder makes of the message. The encoder is called once for all connections that use it. */
    SharedBytes encodedBy(MessageEncoder encoder) {
        return encoded(encoder, () -> encoder.encode(this));
    }

    /**
     * For protocol libraries: returns what was made of this message for a kind of connection, and makes it at the first call.
     *
     * @param kind identifies the kind, compared by identity
     */
    @SuppressWarnings("unchecked")
    public <T> T encoded(Object kind, Supplier<T> encode) {
        for (EncodedMessage each = encoded; each != null; each = each.other) if (each.encoder == kind) return (T) each.result;
        T result = Objects.requireNonNull(encode.get(), "the encoder of a topic returned null");
        synchronized (this) {       // no result may get lost: it must not be made again while a connection is locked
            encoded = new EncodedMessage(kind, result, encoded);
        }
        return result;
    }

    /** For protocol libraries: the content, not a copy. It must never be changed. */
    public byte[] shared() {
        return content;
    }

    @Override
    public String toString() {
        return (isText ? "text" : "bytes") + " of " + content.length + " bytes" + (key == null ? "" : " with the key " + key);
    }
}
