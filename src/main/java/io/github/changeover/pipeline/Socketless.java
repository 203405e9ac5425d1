package io.github.changeover.pipeline;

import io.github.changeover.spi.SwitchedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;

/**
 * A channel without a socket: what is written goes to the connection, and it is writable as long as that takes more. Entered in the
 * connection's turns only.
 */
final class Socketless extends EmbeddedChannel {
    /** What Netty may hold above what the connection's queue holds. */
    private static final WriteBufferWaterMark HELD = new WriteBufferWaterMark(16 * 1024, 32 * 1024);
    private static final int ROOM = 1;
    private final SwitchedConnection connection;
    private boolean left;

    Socketless(SwitchedConnection connection) {
        this.connection = connection;
        config().setAllocator(HeapMemory.ALLOCATOR);
        config().setWriteBufferWaterMark(HELD);
        closeFuture().addListener(closed -> {
            if (!left) connection.close();
        });
    }

    /** Closes, on a connection that is about to close for a reason of its own. */
    void leave() {
        left = true;
        close();
    }

    @Override
    protected void handleOutboundMessage(Object message) {
        try {
            boolean room = true;
            for (ByteBuffer part : ((ByteBuf) message).nioBuffers()) room = connection.send(part);
            if (!room) room(false);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    protected void handleInboundMessage(Object message) {
        ReferenceCountUtil.release(message);        // nobody in the pipeline took it
    }

    void room(boolean there) {
        ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
        if (buffer != null) buffer.setUserDefinedWritability(ROOM, there);
    }

    void feed(ByteBuf octets) {
        pipeline().fireChannelRead(octets);
        pipeline().fireChannelReadComplete();
    }
}
