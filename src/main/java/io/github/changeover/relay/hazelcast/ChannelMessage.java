package io.github.changeover.relay.hazelcast;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A message with its channel, as one array of bytes: the length of the channel in two bytes, the channel in UTF-8, and the message.
 *
 * @param message must not be changed
 */
record ChannelMessage(String channel, byte[] message) {
    private static final int HEADER = 2;

    byte[] encode() {
        byte[] name = channel.getBytes(StandardCharsets.UTF_8);
        if (name.length > 0xFFFF) throw new IllegalArgumentException("The name of the channel is too long: " + name.length + " bytes");
        byte[] encoded = new byte[HEADER + name.length + message.length];
        encoded[0] = (byte) (name.length >> 8);
        encoded[1] = (byte) name.length;
        System.arraycopy(name, 0, encoded, HEADER, name.length);
        System.arraycopy(message, 0, encoded, HEADER + name.length, message.length);
        return encoded;
    }

    /** Returns nothing if the bytes are not a message of a relay. */
    static Optional<ChannelMessage> decode(byte[] encoded) {
        if (encoded == null || encoded.length < HEADER) return Optional.empty();
        int end = HEADER + ((encoded[0] & 0xFF) << 8 | encoded[1] & 0xFF);
        if (end > encoded.length) return Optional.empty();
        return Optional.of(new ChannelMessage(new String(encoded, HEADER, end - HEADER, StandardCharsets.UTF_8), Arrays.copyOfRange(encoded, end, encoded.length)));
    }
}
