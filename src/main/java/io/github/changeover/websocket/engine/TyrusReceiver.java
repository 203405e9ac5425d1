package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import jakarta.websocket.CloseReason;
import java.util.Arrays;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.core.frame.Frame;

/**
 * Passes every frame to a Tyrus version whose sessions are unknown. Tyrus keeps fragments until their message is complete, and a text for longer.
 * Therefore all of them are counted until the next message with several fragments begins.
 */
final class TyrusReceiver implements FrameReceiver {
    /** The memory in bytes of a fragment in addition to its content: a buffer, an array, a list entry. */
    private static final int FRAGMENT = 96;
    private static final int TWO_BYTE_CHARACTERS = 0xc4;        // first lead byte of characters outside Latin-1: with one, a string has two bytes per character
    private final ProtocolHandler protocol;
    private final TyrusWebSocket socket;
    private final MessageMemory memory;
    private long fragments;     // bytes counted for fragments
    private boolean text, hasTwoByteCharacters;

    TyrusReceiver(ProtocolHandler protocol, TyrusWebSocket socket, MessageMemory memory) {
        this.protocol = protocol;
        this.socket = socket;
        this.memory = memory;
    }

    @Override
    public boolean frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        if (!count(opcode, fin, bytes, from, to)) return false;
        try {
            protocol.process(Frame.builder().fin(fin).opcode((byte) opcode).payloadData(Arrays.copyOfRange(bytes, from, to)).build(), socket);
        } catch (RuntimeException thrown) {
            FrameReceiver.closeAfter(thrown, socket);
        }
        return true;
    }

    private boolean count(int opcode, boolean fin, byte[] bytes, int from, int to) {
        if (Opcode.isControl(opcode) || fin && opcode != Opcode.CONTINUATION) return true;
        if (opcode != Opcode.CONTINUATION) {
            memory.release(fragments);
            fragments = 0;
            hasTwoByteCharacters = false;
            text = opcode == Opcode.TEXT;
        }
        long some = text ? Math.max(FRAGMENT, characters(bytes, from, to)) : FRAGMENT + to - from;
        fragments += some;
        return memory.charge(some);
    }

    /** Estimates the memory of the characters in a buffer that has grown for them, to at most twice their size. */
    private long characters(byte[] bytes, int from, int to) {
        long before = hasTwoByteCharacters ? 0 : fragments;
        for (int i = from; i < to && !hasTwoByteCharacters; i++) hasTwoByteCharacters = (bytes[i] & 0xff) >= TWO_BYTE_CHARACTERS;
        return hasTwoByteCharacters ? before + 4L * (to - from) : 2L * (to - from);
    }

    @Override
    public boolean wantsWhole(int opcode) {
        return false;
    }

    @Override
    public void close() {
        memory.release(fragments);
        fragments = 0;
    }

    @Override
    public void closeSession(CloseReason reason) {
        if (socket.isConnected()) socket.close(reason.getCloseCode().getCode(), reason.getReasonPhrase());
    }

    @Override
    public void deliverClose() {
        // Tyrus has already notified the endpoint
    }
}
