package io.github.changeover.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import javax.net.ssl.SSLException;

/**
 * Rejects the renegotiation of TLS 1.2, with which a client could make the server repeat expensive computations any number of times. A
 * handshake record after the handshake ends the connection. TLS 1.3 has no renegotiation, and its messages after the handshake are inside
 * application data records. The bytes are forwarded record by record, because one record may complete the handshake and the next record may
 * be in the same buffer.
 */
final class RenegotiationGuard extends ChannelInboundHandlerAdapter {
    private static final int HEADER = 5, HANDSHAKE = 22;
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private int remaining;               // remaining bytes of the current record
    private boolean rejectsHandshakes, rejected;

    /** Called when the handshake is done, for a version below 1.3. */
    void handshakeDone() {
        rejectsHandshakes = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !rejected) {
                int start = bytes.readerIndex();
                while (remaining == 0 && headerBytes < HEADER && bytes.isReadable()) header[headerBytes++] = bytes.readByte();
                if (headerBytes == HEADER) {
                    if (rejectsHandshakes && header[0] == HANDSHAKE) {
                        rejected = true;
                        context.fireExceptionCaught(new SSLException("The client started a TLS renegotiation, which is not supported"));
                        return;
                    }
                    remaining = (header[3] & 0xff) << 8 | header[4] & 0xff;
                    headerBytes = 0;
                }
                int count = Math.min(remaining, bytes.readableBytes());
                remaining -= count;
                bytes.skipBytes(count);
                context.fireChannelRead(bytes.retainedSlice(start, bytes.readerIndex() - start));
            }
        } finally {
            bytes.release();
        }
    }
}
