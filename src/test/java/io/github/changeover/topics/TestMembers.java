package io.github.changeover.topics;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What the connections of the tests have in common. */
final class TestMembers {
    /** Sends each message as a line. */
    static final MessageEncoder LINES = message -> SharedBytes.copyOf(StandardCharsets.UTF_8.encode(message.text() + "\n"));

    private TestMembers() {
    }

    /** Takes everything that arrives, and does nothing. */
    static final class Silent implements ConnectionHandler.Events {
        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            bytes.position(bytes.limit());
        }
    }
}
