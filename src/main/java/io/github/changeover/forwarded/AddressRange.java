package io.github.changeover.forwarded;

import io.github.changeover.http.IpAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An IP address or a block of addresses in CIDR notation (RFC 4632).
 *
 * <pre>
 * 10.0.0.0/8      127.0.0.1      2001:db8::/32
 * </pre>
 */
public final class AddressRange {
    private final byte[] network;
    private final int bits;

    private AddressRange(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /** Parses a range. The result is empty if the text is not valid or if bits are set after the prefix length. */
    public static Optional<AddressRange> parse(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) return Optional.empty();
        byte[] bytes = address.get().getAddress();
        int bits = bytes.length * 8;
        if (slash >= 0) {
            String length = text.substring(slash + 1);
            if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits) return Optional.empty();
            bits = Integer.parseInt(length);
        }
        for (int i = bits; i < bytes.length * 8; i++) {
            if ((bytes[i / 8] >> 7 - i % 8 & 1) != 0) return Optional.empty();
        }
        return Optional.of(new AddressRange(bytes, bits));
    }

    /** Returns whether the range contains the address. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) return false;
        for (int i = 0; i < bits; i++) {
            if ((bytes[i / 8] >> 7 - i % 8 & 1) != (network[i / 8] >> 7 - i % 8 & 1)) return false;
        }
        return true;
    }

    @Override
    public String toString() {
        try {
            return InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
        } catch (UnknownHostException wrongLength) {
            throw new IllegalStateException(wrongLength);
        }
    }
}
