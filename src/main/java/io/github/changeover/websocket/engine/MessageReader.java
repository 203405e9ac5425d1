package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.frame.BinaryFrame;
import org.glassfish.tyrus.core.frame.CloseFrame;
import org.glassfish.tyrus.core.frame.Frame;
import org.glassfish.tyrus.core.frame.TextFrame;

/**
 * Passes the frames of a client to a session, as Tyrus' connection does. A complete message, however, is passed to the session directly. It is already
 * checked. Therefore it needs only one copy, and the JDK's decoder can be used instead of a strict one. Only a handler of partial messages receives
 * fragments; they are passed through Tyrus, as control frames are. For all other handlers, messages are assembled before they arrive here, because Tyrus
 * would keep an object for each fragment, and would keep long texts after their delivery.
 */
final class MessageReader implements FrameReceiver {
    private final ProtocolHandler protocol;
    private final TyrusMessageSocket socket;
    private final FrameSender sender;
    private final MessageMemory memory;
    private final TyrusHandshake.OpenSession session;
    private TextMessage text;          // null before the first text message
    private Binary binary;      // null before the first binary message
    private boolean fragmented; // the client sends the current message in fragments

    MessageReader(ProtocolHandler protocol, TyrusMessageSocket socket, FrameSender sender, MessageMemory memory, TyrusHandshake.OpenSession session) {
        this.protocol = protocol;
        this.socket = socket;
        this.sender = sender;
        this.memory = memory;
        this.session = session;
    }

    /** A frame that returns the message itself, not a copy that Tyrus makes. */
    private static final class TextMessage extends TextFrame {
        private String message;

        TextMessage() {
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

    @Override
    public boolean wantsWhole(int opcode) {
        fragmented = !session.acceptsParts(opcode);
        return fragmented;
    }

    @Override
    public boolean frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        try {
            if (fin && opcode == Opcode.TEXT) text(bytes, from, to);
            else if (fin && opcode == Opcode.BINARY) binary(bytes, from, to);
            else process(opcode, fin, bytes, from, to);
        } catch (RuntimeException thrown) {
            FrameReceiver.closeAfter(thrown, socket);
        }
        return true;
    }

    private void process(int opcode, boolean fin, byte[] bytes, int from, int to) {
        sender.renewScope();
        if (opcode == Opcode.CLOSE) {
            int code = io.github.changeover.websocket.frames.CloseFrame.code(bytes, from);
            if (!TyrusMessageSocket.isInApi(code)) {
                socket.close(code, io.github.changeover.websocket.frames.CloseFrame.reason(bytes, from, to));
                return;
            }
            CloseFrame close = closeFrame(code, bytes, from, to);
            socket.clientCloses(() -> close.respond(socket));
            return;
        }
        Frame frame = Frame.builder().fin(fin).opcode((byte) opcode).payloadData(Arrays.copyOfRange(bytes, from, to)).build();
        protocol.process(frame, socket);
    }

    /**
     * Creates Tyrus' object for the client's Close frame. The frame is already checked; Tyrus' own check would reject the codes 1012 to 1014 from a
     * client. A frame without a code is handled elsewhere.
     */
    private static CloseFrame closeFrame(int code, byte[] bytes, int from, int to) {
        return new CloseFrame(new CloseReason(CloseCodes.getCloseCode(code), to - from > 2 ? io.github.changeover.websocket.frames.CloseFrame.reason(bytes, from, to) : null));
    }

    private void text(byte[] bytes, int from, int to) {
        String message = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (isTooLong(message.length(), Opcode.TEXT)) {
            process(Opcode.TEXT, false, bytes, from, to);
            return;
        }
        if (text == null) text = new TextMessage();
        text.message = message;
        int more = to - from < WebSocketHandler.LARGE || message.length() == to - from ? 0 : Math.max(0, 2 * message.length() - (to - from));
        if (more > 0) memory.charge(more);      // if that is too much, the connection is closed after this message
        memory.pin();
        sender.renewScope();
        try {
            socket.onMessage(text);
        } finally {
            text.message = null;
            if (more > 0) memory.release(more);
        }
    }

    private void binary(byte[] bytes, int from, int to) {
        if (isTooLong(to - from, Opcode.BINARY)) {
            process(Opcode.BINARY, false, bytes, from, to);
            return;
        }
        if (binary == null) binary = new Binary();
        binary.message = Arrays.copyOfRange(bytes, from, to);
        memory.pin();
        sender.renewScope();
        try {
            socket.onMessage(binary);
        } finally {
            binary.message = null;
        }
    }

    /**
     * Whether the message exceeds Tyrus' limit for messages that it assembles itself. If so, the message is passed to Tyrus as a first fragment, and Tyrus
     * reacts as it does for a message that is too long.
     */
    private boolean isTooLong(int length, int opcode) {
        boolean tooLong = fragmented && length > session.longest(opcode);
        fragmented = false;
        return tooLong;
    }

    @Override
    public void close() {
    }

    @Override
    public void deliverClose() {
        socket.deliverClose();
    }

    @Override
    public void closeSession(CloseReason reason) {
        if (socket.isConnected()) socket.close(reason.getCloseCode().getCode(), reason.getReasonPhrase());
    }
}
