package io.github.changeover.loopback;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes the events of a connection to the exchange that uses it. A connection without an exchange must not receive anything except its
 * end.
 */
final class ConnectorResponseListener extends ChannelInboundHandlerAdapter {
    private final ConnectorEventLoop loop;
    private ConnectorExchange exchange;

    ConnectorResponseListener(ConnectorEventLoop loop) {
        this.loop = loop;
    }

    void serve(ConnectorExchange next) {
        exchange = next;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (exchange != null) exchange.received((HttpObject) message);
            else context.close();
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange != null) exchange.readSome();
        else context.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.removeIdle(context.channel());
        if (exchange != null) exchange.ended("the container closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (exchange != null) exchange.ended(failure.toString());
        context.close();
    }
}
