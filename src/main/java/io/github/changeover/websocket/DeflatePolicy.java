package io.github.changeover.websocket;

/**
 * What the server can and wants to agree on for permessage-deflate: RFC 7692 section 7.1. Windows are given in bits, the
 * base-2 logarithm of their size.
 *
 * <pre>
 * Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10
 * JDK: declined, its compressor has one window     ZLIB: permessage-deflate; server_max_window_bits=10
 * </pre>
 *
 * @param smallestServerWindow    the smallest window the compressor can be held to; an offer that asks for less is declined
 * @param largestServerWindow     the window the compressor uses when the client asks for no smaller one
 * @param largestClientWindow     asked of a client that offers {@code client_max_window_bits}; any client may fall back on 15
 * @param serverNoContextTakeover whether the server forgets its window after each message, asked or not
 * @param clientNoContextTakeover whether the client is told to, asked or not
 */
public record DeflatePolicy(int smallestServerWindow, int largestServerWindow, int largestClientWindow,
                            boolean serverNoContextTakeover, boolean clientNoContextTakeover) {
    /** The window when nothing is agreed, and the largest. */
    public static final int FULL_WINDOW = 15;
    /** The smallest window of RFC 7692. zlib's compressor does not do it for raw deflate: it starts at 9. */
    public static final int SMALLEST_WINDOW = 8;

    /** {@link java.util.zip.Deflater}: its window is always 15 bits. */
    public static final DeflatePolicy JDK = new DeflatePolicy(FULL_WINDOW, FULL_WINDOW, FULL_WINDOW, false, false);
    /** A compressor that takes zlib's windows for raw deflate, 9 to 15 bits. */
    public static final DeflatePolicy ZLIB = new DeflatePolicy(9, FULL_WINDOW, FULL_WINDOW, false, false);

    /** @throws IllegalArgumentException for a window that RFC 7692 does not have, or a largest below the smallest */
    public DeflatePolicy {
        requireWindow("smallestServerWindow", smallestServerWindow);
        requireWindow("largestServerWindow", largestServerWindow);
        requireWindow("largestClientWindow", largestClientWindow);
        if (largestServerWindow < smallestServerWindow) {
            throw new IllegalArgumentException("largestServerWindow is " + largestServerWindow + ", below smallestServerWindow, " + smallestServerWindow);
        }
    }

    private static void requireWindow(String name, int bits) {
        if (bits < SMALLEST_WINDOW || bits > FULL_WINDOW) {
            throw new IllegalArgumentException(name + " is " + bits + "; RFC 7692 has windows from " + SMALLEST_WINDOW + " to " + FULL_WINDOW + " bits");
        }
    }

    /** The same with another {@code largestServerWindow}. */
    public DeflatePolicy withServerWindow(int bits) {
        return new DeflatePolicy(smallestServerWindow, bits, largestClientWindow, serverNoContextTakeover, clientNoContextTakeover);
    }

    /** The same with another {@code largestClientWindow}. */
    public DeflatePolicy withClientWindow(int bits) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, bits, serverNoContextTakeover, clientNoContextTakeover);
    }

    /** The same with a server that does, or does not, forget its window after each message. */
    public DeflatePolicy withServerNoContextTakeover(boolean whether) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, largestClientWindow, whether, clientNoContextTakeover);
    }

    /** The same with clients that are, or are not, told to forget their window after each message. */
    public DeflatePolicy withClientNoContextTakeover(boolean whether) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, largestClientWindow, serverNoContextTakeover, whether);
    }
}
