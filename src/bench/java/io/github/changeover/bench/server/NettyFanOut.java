package io.github.changeover.bench.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * Sends each message to all channels that are writable and skips the others. The high-water mark is as high as the messages of 512 bytes that may wait in a
 * topic of Changeover. {@link io.github.changeover.bench.app.FanOutTopicsEndpoint} has the same messages; there is one topic.
 */
@Sharable
final class NettyFanOut extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    static final NettyFanOut SHARED = new NettyFanOut();
    private static final WriteBufferWaterMark MARKS = new WriteBufferWaterMark(64 * 1024, 128 * 1024);
    private volatile ChannelGroup members = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private NettyFanOut() {
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
        byte first = frame.content().getByte(frame.content().readerIndex());
        if (first <= '9') {
            members.writeAndFlush(frame.retain(), Channel::isWritable, true);
            return;
        }
        if (first == 'j') {
            context.channel().config().setWriteBufferWaterMark(MARKS);
            members.add(context.channel());
        } else {
            members = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        }
        context.writeAndFlush(frame.retain());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        context.close();        // the client has reset the connection
    }
}
