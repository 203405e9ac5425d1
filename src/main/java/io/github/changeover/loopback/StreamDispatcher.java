package io.github.changeover.loopback;

import io.github.changeover.spi.Fields;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Passes requests that arrive inside switched connections to the application. Thread-safe. No method blocks. */
public interface StreamDispatcher extends AutoCloseable {
    /**
     * Starts a request. The response arrives on another thread. If the request is not forwarded, the response arrives before this method
     * returns.
     */
    RequestContent dispatch(InnerRequest request, ResponseReceiver answer);

    /**
     * Runs the task after this time, on the thread that calls {@link ResponseReceiver}. The task never runs after this dispatcher is closed. The task
     * is retained until it runs: cancel it when it is no longer needed.
     */
    Timeout after(Duration time, Runnable task);

    /** A task that runs later. */
    @FunctionalInterface
    interface Timeout {
        /** A timeout without a task. */
        Timeout NONE = () -> { };

        /** Cancels the task and releases it. May be called on any thread, several times, and after the task has run. */
        void cancel();
    }

    /** Ends every request in progress and releases all resources. May be called even if no request was dispatched. */
    @Override
    void close();

    /** The request side of an exchange. May be used on any thread. */
    interface RequestContent {
        /** For a request that is not forwarded. */
        RequestContent DISCARD = new RequestContent() {
            @Override
            public void content(ByteBuffer bytes, Runnable sent) {
                sent.run();
            }

            @Override
            public void end() {
            }

            @Override
            public void more() {
            }

            @Override
            public void abort() {
            }
        };

        /**
         * Copies the bytes and sends them. {@code taken} runs when they have been sent or will never be sent. Do not send more before that.
         */
        void content(ByteBuffer bytes, Runnable taken);

        /** Completes the request. Must be called only for a request with content. */
        void end();

        /** Works like {@link #end()}, with trailer fields. They are sent only if the framing of the request supports them. */
        default void end(Fields trailers) {
            end();
        }

        /**
         * Requests more content of the response: the content from {@link ResponseReceiver#content} has been processed. No more content is read before
         * this call.
         */
        void more();

        /**
         * Cancels the exchange, because the response is no longer needed. The cancellation takes effect on the dispatcher's thread. A
         * callback may still arrive before it takes effect.
         */
        void abort();
    }

    /**
     * Receives the response. One thread at a time calls the methods, in this order: {@link #head}, {@link #content} any number of times,
     * {@link #end}. {@link #failed} may replace any of these calls and is the last one.
     */
    interface ResponseReceiver {
        /**
         * Receives the final status and the fields without hop-by-hop fields.
         *
         * @param last whether the response is complete: then no other method is called
         */
        void head(int status, Fields fields, boolean last);

        /** Receives content. The receiver owns the array. Several calls may come before the dispatcher waits for {@link RequestContent#more()}. */
        void content(byte[] bytes);

        /** The response is complete. */
        void end(Fields trailers);

        /** There is no response, or no more of it. The status gives the reason, and {@code reason} is a sentence for the client. */
        void failed(int status, String reason);
    }
}
