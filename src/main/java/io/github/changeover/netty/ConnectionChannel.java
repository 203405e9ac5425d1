package io.github.changeover.netty;

import io.github.changeover.spi.SwitchedConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;

/**
 * A Netty channel without a socket. Written bytes go to the switched connection. The channel is writable while the connection's queue is
 * below its limit. Used only in callbacks of the connection.
 */
final class ConnectionChannel extends EmbeddedChannel {
    /** The bytes that Netty may hold in addition to the connection's queue. */
    private static final WriteBufferWaterMark WATER_MARKS = new WriteBufferWaterMark(16 * 1024, 32 * 1024);
    private static final int WRITABLE_BIT = 1;
    private final SwitchedConnection connection;
    private boolean detached;

    ConnectionChannel(SwitchedConnection connection) {
        this.connection = connection;
        config().setAllocator(HeapMemory.ALLOCATOR);
        config().setWriteBufferWaterMark(WATER_MARKS);
        closeFuture().addListener(closed -> {
            if (!detached) connection.close();
        });
    }

    /** Closes the channel of a connection that is already about to close. */
    void detach() {
        detached = true;
        close();
    }

    @Override
    protected void handleOutboundMessage(Object message) {
        try {
            boolean room = true;
            for (ByteBuffer part : ((ByteBuf) message).nioBuffers()) room = connection.send(part);
            if (!room) writable(false);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    protected void handleInboundMessage(Object message) {
        ReferenceCountUtil.release(message);        // no handler in the pipeline processed it
    }

    void writable(boolean writable) {
        ChannelOutboundBuffer buffer = unsafe().outboundBuffer();
        if (buffer != null) buffer.setUserDefinedWritability(WRITABLE_BIT, writable);
    }

    void received(ByteBuf bytes) {
        pipeline().fireChannelRead(bytes);
        pipeline().fireChannelReadComplete();
    }
}
