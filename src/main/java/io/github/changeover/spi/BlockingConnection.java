package io.github.changeover.spi;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * The connection of a {@link ConnectionHandler.Blocking}: a {@link SwitchedConnection} with two streams. Only Changeover implements this interface,
 * because methods may be added.
 *
 * <h2>Threading</h2>
 * The methods of {@link SwitchedConnection} may be called from any thread and do not block. The methods of the streams block. They may be called from
 * any thread; usually the thread of {@link ConnectionHandler.Blocking#serve} calls them. Several threads that read one stream receive different bytes.
 * A write of at most 65,536 bytes is never mixed with other bytes.
 */
public interface BlockingConnection extends SwitchedConnection {
    /**
     * The stream of bytes from the client. A read returns -1 after the client has ended its side, when the application stops or is being
     * drained, and when the lifetime of the connection is over. It throws an {@link java.io.IOException} if the connection has ended for another reason,
     * or if the thread is interrupted. Closing the stream closes the connection.
     */
    InputStream input();

    /**
     * The stream of bytes to the client. A write blocks while the queue is full. A write of more than 64 KiB is sent in parts, and other threads may send
     * between them. {@code flush} does nothing, because bytes are sent immediately.
     * A write throws an {@link java.io.IOException} if the bytes would be dropped, or if the thread is interrupted while it waits. Closing the stream calls
     * {@link #endOutput}.
     */
    OutputStream output();
}
