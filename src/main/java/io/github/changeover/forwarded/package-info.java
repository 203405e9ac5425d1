/**
 * The information that proxies give about a client: {@code Forwarded} (RFC 7239) and {@code X-Forwarded-*}. It is read from the nearest hop
 * onwards, as far as the proxies are trusted. Pure code. Input from a peer never causes an exception.
 */
package io.github.changeover.forwarded;
