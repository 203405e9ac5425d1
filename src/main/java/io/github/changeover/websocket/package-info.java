/**
 * The opening handshake of WebSocket (RFC 6455 section 4, RFC 7692 section 7.1) without input or output: it checks a request against a policy and returns
 * an acceptance or a rejection.
 *
 * <p>Read the classes in this order: {@link io.github.changeover.websocket.OpeningHandshake} (the whole handshake), then its parts:
 * {@link io.github.changeover.websocket.AcceptKey}, {@link io.github.changeover.websocket.Subprotocols},
 * {@link io.github.changeover.websocket.ExtensionOffers}, {@link io.github.changeover.websocket.Deflate}.
 * {@link io.github.changeover.websocket.SameOrigin} is the gate that runs before the handshake.
 *
 * <p>Data from a peer never causes an exception. A programming error does, and the message explains what to do.
 */
package io.github.changeover.websocket;
