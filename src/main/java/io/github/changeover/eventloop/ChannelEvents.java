package io.github.changeover.eventloop;

/** What an event loop calls. Implemented by the transport of a connection. */
public interface ChannelEvents {
    /** Bytes, or the end of the client's side, can be read. Called on the thread of the loop; may block. */
    void readable();

    /** Bytes can be written; called after {@link ChannelRegistration#awaitWritable}. Called on the thread of the loop; may block. */
    void writable();

    /** Runs a task on another thread that may block: for a connection whose calls have blocked the loop several times. Must not run it on the calling thread. */
    void executeElsewhere(Runnable task);

    /** Called when no event will be reported any more, because the loop or a call has failed. The channel must be closed. May be called on any thread; must not block. */
    void failed(Throwable failure);
}
