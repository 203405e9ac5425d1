package io.github.changeover.websocket.engine;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.glassfish.tyrus.spi.ReadHandler;

/**
 * Tyrus' reader keeps an array as large as the largest run of frames it was ever given: a connection that once had a large message
 * would hold its size for ever. So it is let go after a large run, which Tyrus has read to its end.
 */
final class TyrusBuffer {
    private static final int KEPT = 32 * 1024;
    private static final Field FIELD = field();

    private TyrusBuffer() {
    }

    private static Field field() {
        try {
            Class<?> reader = Class.forName("org.glassfish.tyrus.core.TyrusWebSocketEngine$TyrusReadHandler", false, ReadHandler.class.getClassLoader());
            Field field = reader.getDeclaredField("buffer");
            field.setAccessible(true);
            return field.getType() == ByteBuffer.class ? field : null;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError otherwise) {
            System.getLogger(TyrusBuffer.class.getName()).log(System.Logger.Level.INFO,
                    "This Tyrus keeps what its readers' buffers have grown to: {0}", otherwise.toString());
            return null;
        }
    }

    /** Whether this Tyrus is as known. */
    static boolean known() {
        return FIELD != null;
    }

    static void letGo(ReadHandler reader, int run) {
        if (run <= KEPT || FIELD == null || !FIELD.getDeclaringClass().isInstance(reader)) return;
        try {
            FIELD.set(reader, null);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
