package io.github.changeover.tls;

import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.SwitchContext;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The response to the upgrade request, written as the client receives it (RFC 2817 section 3.3). Release it when it has been written or the
 * connection has ended.
 */
final class FirstResponseInsideTls {
    private static final System.Logger LOG = System.getLogger(FirstResponseInsideTls.class.getName());
    private static final int PART = 16 * 1024;
    private final HttpResponse head;
    private final InputStream content;
    private long remaining;

    FirstResponseInsideTls(SwitchContext switched) {
        OriginalResponse original = switched.original().orElseThrow();
        boolean withoutBody = switched.request().method().equals("HEAD") || original.status() == 204 || original.status() == 304;
        head = ResponsesInsideTls.head(original.status(), original.fields());
        remaining = original.body().length();
        content = original.body().open();
        if (!withoutBody) head.headers().set(HttpHeaderNames.CONTENT_LENGTH, remaining);
    }

    /** @return whether the response is completely written */
    boolean begin(ChannelHandlerContext context) throws IOException {
        context.write(head);
        return write(context);
    }

    /** Writes as much as the client can receive. Must not be called again after it has returned true. */
    boolean write(ChannelHandlerContext context) throws IOException {
        while (remaining > 0 && context.channel().isWritable()) {
            byte[] part = content.readNBytes((int) Math.min(PART, remaining));
            if (part.length == 0) throw new EOFException("The first response is shorter than its length");
            remaining -= part.length;
            context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(part)));
        }
        if (remaining > 0) return false;
        close();
        context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        return true;
    }

    /** Releases the stored content. */
    void close() {
        try {
            content.close();
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.DEBUG, "The captured response cannot be closed", failure);
        }
    }
}
