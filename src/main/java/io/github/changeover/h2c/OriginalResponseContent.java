package io.github.changeover.h2c;

import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Sends the stored content of a response in parts, as the client receives it. Not thread-safe: used inside the pipeline only. */
final class OriginalResponseContent implements StreamDispatcher.RequestContent {
    static final int PART = 16 * 1024;
    private static final System.Logger LOG = System.getLogger(OriginalResponseContent.class.getName());
    private final InputStream content;
    private final Fields trailers;
    private final StreamDispatcher.ResponseReceiver answer;
    private final Supplier<StreamDispatcher.Timeout> timeout;
    private StreamDispatcher.Timeout waiting = StreamDispatcher.Timeout.NONE;

    /** @param timeout starts the timer within which the client must receive a part */
    OriginalResponseContent(OriginalResponse.Body body, Fields trailers, StreamDispatcher.ResponseReceiver answer, Supplier<StreamDispatcher.Timeout> timeout) {
        this.content = body.open();
        this.trailers = trailers;
        this.answer = answer;
        this.timeout = timeout;
    }

    @Override
    public void more() {
        waiting.cancel();
        try {
            byte[] part = content.readNBytes(PART);
            if (part.length > 0) {
                waiting = timeout.get();
                answer.content(part);
            } else {
                content.close();
                answer.end(trailers);
            }
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.WARNING, "The captured response cannot be read", failure);
            abort();
            answer.failed(500, "The rest of the response cannot be sent.");
        }
    }

    @Override
    public void abort() {
        waiting.cancel();
        try {
            content.close();
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.DEBUG, "The captured response cannot be closed", failure);
        }
    }

    /** Does nothing: the content of the request was read before. */
    @Override
    public void content(ByteBuffer bytes, Runnable taken) {
        taken.run();
    }

    @Override
    public void end() {
    }
}
