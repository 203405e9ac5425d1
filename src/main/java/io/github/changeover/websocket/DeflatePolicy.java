package io.github.changeover.websocket;

/**
 * The parameters of permessage-deflate that the server supports and prefers: RFC 7692 section 7.1. A window is given in bits, the base-2 logarithm of its
 * size.
 *
 * <pre>
 * Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10
 * JDK: declined, its compressor has one window     ZLIB: permessage-deflate; server_max_window_bits=10
 * </pre>
 *
 * @param smallestServerWindow    the smallest window that the compressor supports; an offer with a smaller one is declined
 * @param largestServerWindow     the window that the compressor uses if the client requests no smaller one
 * @param largestClientWindow     requested from a client that offers {@code client_max_window_bits}; any other client may use 15
 * @param serverNoContextTakeover whether the server resets its window after each message even if the client does not request it
 * @param clientNoContextTakeover whether the server requests this from the client even if the client does not offer it
 */
public record DeflatePolicy(int smallestServerWindow, int largestServerWindow, int largestClientWindow,
                            boolean serverNoContextTakeover, boolean clientNoContextTakeover) {
    /** The largest window, which is also used if no window is agreed on. */
    public static final int FULL_WINDOW = 15;
    /** The smallest window of RFC 7692. For raw deflate, zlib's compressor does not support it: its smallest window is 9. */
    public static final int SMALLEST_WINDOW = 8;

    /** For {@link java.util.zip.Deflater}, whose window always has 15 bits. */
    public static final DeflatePolicy JDK = new DeflatePolicy(FULL_WINDOW, FULL_WINDOW, FULL_WINDOW, false, false);
    /** For a compressor that supports zlib's windows for raw deflate, 9 to 15 bits. */
    public static final DeflatePolicy ZLIB = new DeflatePolicy(9, FULL_WINDOW, FULL_WINDOW, false, false);

    /** @throws IllegalArgumentException if a window is outside the range of RFC 7692, or the largest server window is below the smallest */
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
            throw new IllegalArgumentException(name + " is " + bits + "; RFC 7692 defines windows from " + SMALLEST_WINDOW + " to " + FULL_WINDOW + " bits");
        }
    }

    /** Returns a copy with another {@code largestServerWindow}. */
    public DeflatePolicy withServerWindow(int bits) {
        return new DeflatePolicy(smallestServerWindow, bits, largestClientWindow, serverNoContextTakeover, clientNoContextTakeover);
    }

    /** Returns a copy with another {@code largestClientWindow}. */
    public DeflatePolicy withClientWindow(int bits) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, bits, serverNoContextTakeover, clientNoContextTakeover);
    }

    /** Returns a copy in which the server does, or does not, reset its window after each message. */
    public DeflatePolicy withServerNoContextTakeover(boolean whether) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, largestClientWindow, whether, clientNoContextTakeover);
    }

    /** Returns a copy in which clients are, or are not, requested to reset their window after each message. */
    public DeflatePolicy withClientNoContextTakeover(boolean whether) {
        return new DeflatePolicy(smallestServerWindow, largestServerWindow, largestClientWindow, serverNoContextTakeover, whether);
    }
}
