/**
 * The frames of WebSocket, the server's side (RFC 6455 sections 5 to 8, RFC 7692 sections 6 and 7), as pure code: octets in,
 * octets out. It stands between a switched connection and a library that knows messages, so that the library gets nothing but
 * valid, unmasked, uncompressed frames.
 *
 * <p>Read it in this order: {@link io.github.changeover.websocket.frames.FrameReader} and
 * {@link io.github.changeover.websocket.frames.FrameSink}, then {@link io.github.changeover.websocket.frames.FrameHeader}
 * and {@link io.github.changeover.websocket.frames.Message}, which know the rules;
 * {@link io.github.changeover.websocket.frames.FrameFault} is what can be wrong. The other way is
 * {@link io.github.changeover.websocket.frames.FrameWriter}.
 *
 * <p>What a peer sends never throws; what a programmer wrote wrongly does, and says what to do.
 */
package io.github.changeover.websocket.frames;
