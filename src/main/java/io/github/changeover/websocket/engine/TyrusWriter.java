package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.OutgoingFrame;
import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.glassfish.tyrus.spi.WriterInfo;

/**
 * Sends the frames that Tyrus encodes itself: control frames, and all frames of a Tyrus version whose sessions are unknown. A {@link TyrusMessageSocket} sends
 * the frames of messages without this class.
 */
final class TyrusWriter extends Writer {
    private final FrameSender sender;
    private final AsynchronousSends asynchronous;

    TyrusWriter(FrameSender sender, AsynchronousSends asynchronous) {
        this.sender = sender;
        this.asynchronous = asynchronous;
    }

    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
        write(frame, done, null);
    }

    /** Tyrus also sends control frames inside callbacks. Therefore they do not wait. */
    @Override
    public void write(ByteBuffer bytes, CompletionHandler<ByteBuffer> done, WriterInfo info) {
        OutgoingFrame frame;
        try {
            frame = OutgoingFrame.parse(bytes);
        } catch (IllegalArgumentException wrong) {
            FrameSender.complete(done, wrong);
            return;
        }
        if (frame.isControl()) asynchronous.sendControl(frame, done);
        else if (isAsynchronous(info)) asynchronous.send(frame, done == null ? null : inOrder(done), 0, () -> { });
        else sender.send(frame.size(), () -> frame, done);
    }

    /** A completion may run on any thread of the container. This one runs after the earlier results, on a thread that may run code of the application. */
    private CompletionHandler<ByteBuffer> inOrder(CompletionHandler<ByteBuffer> done) {
        return new CompletionHandler<>() {
            @Override
            public void completed(ByteBuffer frame) {
                sender.result(() -> done.completed(frame));
            }

            @Override
            public void failed(Throwable failure) {
                sender.result(() -> done.failed(failure));
            }
        };
    }

    static boolean isAsynchronous(WriterInfo info) {
        return info != null && (info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.ASYNC || info.getRemoteEndpointType() == WriterInfo.RemoteEndpointType.BROADCAST);
    }

    /** Called by Tyrus when it has finished: its Close frame is in the queue or sent. */
    @Override
    public void close() {
        if (!sender.isDiscarding()) sender.end();
    }

    @Override
    public String toString() {
        return sender.toString();
    }
}
