package io.github.changeover.dispatch;

import io.github.changeover.spi.Fields;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Has the application answer requests that arrive inside switched connections. Thread-safe; nothing blocks. */
public interface StreamDispatcher extends AutoCloseable {
    /** Begins a request. The answer is told from another thread, or before this returns when the request goes nowhere. */
    Sending dispatch(InnerRequest request, Answer answer);

    /** Runs the task after this time, on the thread that answers are told from; never once this is closed. Cancel it when it is not needed: it is kept until then. */
    Timer after(Duration time, Runnable task);

    /** A task that is to run later. */
    @FunctionalInterface
    interface Timer {
        /** For no task. */
        Timer NONE = () -> { };

        /** The task does not run any more, and nothing of it is kept. May be called again, when it has run, and from any thread. */
        void cancel();
    }

    /** Ends every request under way and frees what was taken. May be called when nothing was ever dispatched. */
    @Override
    void close();

    /** The request's side of an exchange. From any thread. */
    interface Sending {
        /** For a request that goes nowhere. */
        Sending NOWHERE = new Sending() {
            @Override
            public void content(ByteBuffer octets, Runnable taken) {
                taken.run();
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

        /** Copies the octets and sends them; {@code taken} runs once they went out, or never will: hold back more until then. */
        void content(ByteBuffer octets, Runnable taken);

        /** The request is complete. Only for one with content. */
        void end();

        /** The same, with trailer fields where its framing has a place for them. */
        default void end(Fields trailers) {
            end();
        }

        /** What {@link Answer#content} told was used: more is welcome. Nothing more comes before. */
        void more();

        /** Nobody waits for the answer any more. Nothing is told after it, but for what is told at this moment. */
        void abort();
    }

    /** The answer, told in order by one thread at a time: {@link #head}, {@link #content} ..., {@link #end}; or {@link #failed}, last. */
    interface Answer {
        /**
         * The final status and the fields without those of a hop.
         *
         * @param last whether that is all: then nothing else is told
         */
        void head(int status, Fields fields, boolean last);

        /** Content, the receiver's. A few may come before {@link Sending#more()} is waited for. */
        void content(byte[] octets);

        /** The answer is complete. */
        void end(Fields trailers);

        /** There is no answer, or no more of it: a status that says why, and a sentence for the client. */
        void failed(int status, String reason);
    }
}
