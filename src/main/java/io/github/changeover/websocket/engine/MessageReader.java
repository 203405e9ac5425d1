package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.PlainFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.nio.ByteBuffer;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.core.WebSocketException;
import org.glassfish.tyrus.core.frame.BinaryFrame;
import org.glassfish.tyrus.core.frame.CloseFrame;
import org.glassfish.tyrus.core.frame.Frame;
import org.glassfish.tyrus.core.frame.TextFrame;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.ReadHandler;
import org.glassfish.tyrus.spi.Writer;

/**
 * Tyrus' connection, but that a message in one frame goes to the session at once: it has been checked, so it needs one copy, and
 * the JDK's decoder instead of a strict one. Fragments and control frames are left to Tyrus.
 */
final class MessageReader implements Connection, ReadHandler {
    private static final System.Logger LOG = System.getLogger(MessageReader.class.getName());
    private final ProtocolHandler protocol;
    private final MessageSocket socket;
    private final Writer writer;
    private Text text;          // null before the first
    private Binary binary;      // likewise

    MessageReader(ProtocolHandler protocol, MessageSocket socket, Writer writer) {
        this.protocol = protocol;
        this.socket = socket;
        this.writer = writer;
    }

    /** A frame whose payload is not Tyrus' copy of a copy. */
    private static final class Text extends TextFrame {
        private String message;

        Text() {
            super("", false, true);
        }

        @Override
        public String getTextPayload() {
            return message;
        }
    }

    private static final class Binary extends BinaryFrame {
        private byte[] message;

        Binary() {
            super(new byte[0], false, true);
        }

        @Override
        public byte[] getPayloadData() {
            return message;
        }
    }

    /** @param frames whole, unmasked and right */
    @Override
    public void handle(ByteBuffer frames) {
        try {
            for (PlainFrame frame = new PlainFrame(frames); frame.next(); ) {
                switch (frame.first()) {
                    case Opcode.FIN | Opcode.TEXT -> text(frame.text());
                    case Opcode.FIN | Opcode.BINARY -> binary(frame.payload());
                    default -> process(Frame.builder().fin((frame.first() & Opcode.FIN) != 0)
                            .opcode((byte) (frame.first() & Opcode.MASK)).payloadData(frame.payload()).build());
                }
            }
        } catch (WebSocketException wrong) {
            socket.onClose(new CloseFrame(wrong.getCloseReason()));
        } catch (RuntimeException odd) {
            LOG.log(System.Logger.Level.WARNING, "A WebSocket endpoint failed, and so did its onError", odd);
            socket.onClose(new CloseFrame(new CloseReason(CloseCodes.UNEXPECTED_CONDITION, "")));
        }
    }

    private void process(Frame frame) {
        if (Opcode.isClose(frame.getOpcode())) socket.clientCloses(() -> protocol.process(frame, socket));
        else protocol.process(frame, socket);
    }

    private void text(String message) {
        if (text == null) text = new Text();
        text.message = message;
        socket.onMessage(text);
        text.message = null;
    }

    private void binary(byte[] message) {
        if (binary == null) binary = new Binary();
        binary.message = message;
        socket.onMessage(binary);
        binary.message = null;
    }

    @Override
    public ReadHandler getReadHandler() {
        return this;
    }

    @Override
    public Writer getWriter() {
        return writer;
    }

    @Override
    public CloseListener getCloseListener() {
        return reason -> { };
    }

    /** Tells the endpoint that the session is closed, if that is still to be done. In callbacks only. */
    void deliverClose() {
        socket.deliverClose();
    }

    @Override
    public void close(CloseReason reason) {
        if (socket.isConnected()) socket.close(reason.getCloseCode().getCode(), reason.getReasonPhrase());
    }
}
