package io.github.changeover.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import javax.net.ssl.SSLException;

/**
 * Refuses the renegotiation of TLS 1.2, by which a client has the server compute for it as often as it likes: a handshake record once the handshake is done ends
 * the connection. In TLS 1.3 there is none, and what follows the handshake is within application records. Passes the bytes on record by record, because the
 * handshake may be done by one record and the next be in the same buffer.
 */
final class RenegotiationGuard extends ChannelInboundHandlerAdapter {
    private static final int HEADER = 5, HANDSHAKE = 22;
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private int left;               // bytes of the record that are still to come
    private boolean refuses, refused;

    /** The handshake is done, with a version below 1.3. */
    void handshakeDone() {
        refuses = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !refused) {
                int start = bytes.readerIndex();
                while (left == 0 && headerBytes < HEADER && bytes.isReadable()) header[headerBytes++] = bytes.readByte();
                if (headerBytes == HEADER) {
                    if (refuses && header[0] == HANDSHAKE) {
                        refused = true;
                        context.fireExceptionCaught(new SSLException("The client renegotiates TLS, which is refused"));
                        return;
                    }
                    left = (header[3] & 0xff) << 8 | header[4] & 0xff;
                    headerBytes = 0;
                }
                int count = Math.min(left, bytes.readableBytes());
                left -= count;
                bytes.skipBytes(count);
                context.fireChannelRead(bytes.retainedSlice(start, bytes.readerIndex() - start));
            }
        } finally {
            bytes.release();
        }
    }
}
