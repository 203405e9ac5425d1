package io.github.changeover.bench.server;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.netty.util.concurrent.GlobalEventExecutor;

/** Sends each text to all channels, as {@link io.github.changeover.bench.app.BroadcastEndpoint} does, compressed for clients that offer it. */
@Sharable
final class NettyBroadcast extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private static final NettyBroadcast SHARED = new NettyBroadcast();
    private static final int LEVEL = 6, WINDOW_BITS = 15, LARGEST = 1024 * 1024;
    private volatile ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private NettyBroadcast() {
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
        String text = frame.text();
        if (text.equals("first")) channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        if (text.equals("first") || text.equals("join")) {
            channels.add(context.channel());
            context.writeAndFlush(frame.retain());
        } else {
            channels.writeAndFlush(frame.retain(), channel -> true, true);
        }
    }

    /** Replaces the echo by the broadcast or the fan-out, if the request asks for it, and leaves the pipeline. */
    static final class Route extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof FullHttpRequest request && request.uri().equals("/broadcast")) {
                context.pipeline().replace(context.pipeline().last(), null, SHARED);
                context.pipeline().addAfter(context.name(), null, new WebSocketServerExtensionHandler(new PerMessageDeflateServerExtensionHandshaker(LEVEL,
                        ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(), WINDOW_BITS, true, true, LARGEST)));
            }
            if (message instanceof FullHttpRequest request && request.uri().equals("/fan-out/netty")) context.pipeline().replace(context.pipeline().last(), null, NettyFanOut.SHARED);
            context.fireChannelRead(message);
            context.pipeline().remove(this);
        }
    }
}
