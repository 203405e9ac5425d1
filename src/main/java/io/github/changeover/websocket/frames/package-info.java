/**
 * The frames of WebSocket on the server side (RFC 6455 sections 5 to 8, RFC 7692 sections 6 and 7). The code does no input or output itself: it converts
 * bytes to frames and frames to bytes. It is used between a switched connection and a library that processes messages. The library receives only valid,
 * unmasked and uncompressed frames.
 *
 * <p>Read the classes in this order: {@link io.github.changeover.websocket.frames.FrameReader} and
 * {@link io.github.changeover.websocket.frames.FrameListener}, then {@link io.github.changeover.websocket.frames.FrameHeader} and
 * {@link io.github.changeover.websocket.frames.IncomingMessage}, which implement the rules. {@link io.github.changeover.websocket.frames.FrameFault} lists the
 * possible errors. {@link io.github.changeover.websocket.frames.FrameWriter} is for the opposite direction.
 *
 * <p>Data from a peer never causes an exception. A programming error does, and the message explains what to do.
 */
package io.github.changeover.websocket.frames;
