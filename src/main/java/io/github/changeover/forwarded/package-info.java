/**
 * What proxies say of a client: {@code Forwarded} (RFC 7239) and {@code X-Forwarded-*}, read from the nearest hop on, as far as
 * the proxies are trusted. Pure code; what a peer sends never throws.
 */
package io.github.changeover.forwarded;
