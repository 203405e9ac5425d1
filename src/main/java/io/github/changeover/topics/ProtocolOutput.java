package io.github.changeover.topics;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.SharedBytes;
import java.io.IOException;

/** Sends messages over a connection with a protocol of the application. */
record ProtocolOutput(AdvancedConnection connection, MessageEncoder encoder) implements TopicOutput {
    @Override
    public void encode(TopicMessage message) {
        message.encodedBy(encoder);
    }

    @Override
    public boolean trySend(TopicMessage message) {
        if (connection.isBehind() || connection.hasDeferred()) return false;
        return connection.trySend(message.encodedBy(encoder), null, Long.MAX_VALUE);
    }

    @Override
    public AdvancedConnection.Deferred deferred(TopicMessage message, Runnable done) {
        SharedBytes bytes = message.encodedBy(encoder);
        return new AdvancedConnection.Deferred() {
            @Override
            public int bytes() {
                return Math.max(1, bytes.size());
            }

            @Override
            public boolean fillsQueue() {
                return false;
            }

            @Override
            public boolean send() {
                done.run();
                return connection.trySend(bytes, null, Long.MAX_VALUE);
            }

            @Override
            public void lost(IOException why) {
                done.run();
            }
        };
    }

    @Override
    public void sendDeferred() {
        connection.sendDeferred();
    }

    @Override
    public void closeSlow(String reason) {
        connection.close(CloseCause.of(CloseCause.Kind.OVERFLOW, reason));
    }
}
