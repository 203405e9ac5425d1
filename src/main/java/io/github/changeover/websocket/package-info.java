/**
 * The opening handshake of WebSocket (RFC 6455 section 4, RFC 7692 section 7.1) as pure code: a request and a policy
 * in, an acceptance or a refusal out.
 *
 * <p>Read it in this order: {@link io.github.changeover.websocket.OpeningHandshake} (the whole), then its parts:
 * {@link io.github.changeover.websocket.AcceptKey}, {@link io.github.changeover.websocket.Subprotocols},
 * {@link io.github.changeover.websocket.ExtensionOffers}, {@link io.github.changeover.websocket.Deflate}; and beside it
 * {@link io.github.changeover.websocket.SameOrigin}, the gate that comes before it.
 *
 * <p>What a peer sends never throws; what a programmer wrote wrongly does, and says what to do.
 */
package io.github.changeover.websocket;
