package io.github.changeover.websocket.frames;

import io.github.changeover.spi.SharedBytes;
import java.nio.ByteBuffer;

/** Receives the bytes of frames in the order in which they must be sent. */
@FunctionalInterface
public interface FrameOutput {
    /** @param bytes may be used until this returns */
    void write(ByteBuffer bytes);

    /** @param bytes other connections send them as well */
    default void write(SharedBytes bytes) {
        write(bytes.view());
    }
}
