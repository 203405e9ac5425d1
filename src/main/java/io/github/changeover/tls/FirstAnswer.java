package io.github.changeover.tls;

import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.SwitchContext;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/** The answer that is owed from before the switch, poured as the client takes it (RFC 2817 section 3.3). */
final class FirstAnswer {
    private static final int PART = 16 * 1024;
    private final HttpResponse head;
    private final ByteBuf rest;
    private boolean done;

    FirstAnswer(SwitchContext switched) {
        OriginalResponse original = switched.original().orElseThrow();
        boolean bare = switched.request().method().equals("HEAD") || original.status() == 204 || original.status() == 304;
        head = Answers.head(original.status(), original.fields());
        rest = Unpooled.wrappedBuffer(original.body());
        if (!bare) head.headers().set(HttpHeaderNames.CONTENT_LENGTH, rest.readableBytes());
    }

    void begin(ChannelHandlerContext context) {
        context.write(head);
        pour(context);
    }

    void pour(ChannelHandlerContext context) {
        while (rest.isReadable() && context.channel().isWritable()) {
            context.writeAndFlush(new DefaultHttpContent(rest.readRetainedSlice(Math.min(PART, rest.readableBytes()))));
        }
        if (done || rest.isReadable()) return;
        done = true;
        context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /** Whether all of it is written. */
    boolean done() {
        return done;
    }
}
