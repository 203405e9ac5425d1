package io.github.changeover.websocket.engine;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.topics.TopicMessage;
import io.github.changeover.topics.TopicOutput;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.reflect.Field;
import org.glassfish.tyrus.core.TyrusRemoteEndpoint;
import org.glassfish.tyrus.core.TyrusSession;

/** Sends the messages of topics over a WebSocket session. The frame of a message is created once for all sessions. */
record SessionTopicOutput(FrameSender sender) implements TopicOutput {
    /** The field of Tyrus with the remote endpoint of a session: the getter throws an exception in {@code @OnClose} and later. Null if this version of Tyrus has no such field. */
    private static final Field REMOTE = field(TyrusSession.class, "basicRemote");
    /** The field of Tyrus with the socket of a remote endpoint; null if this version of Tyrus has no such field. */
    private static final Field SOCKET = field(TyrusRemoteEndpoint.class, "webSocket");
    private static final Object FRAME = new Object();       // identifies the frames of messages

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException | RuntimeException unknown) {
            System.getLogger(SessionTopicOutput.class.getName()).log(System.Logger.Level.WARNING, "Unsupported Tyrus version: WebSocket sessions cannot join topics. {0}", unknown.toString());
            return null;
        }
    }

    /** Returns the output of the session; null if it is not a session of this container. */
    static SessionTopicOutput of(Session session, EndpointContainer container) {
        try {
            if (REMOTE == null || SOCKET == null || !(session instanceof TyrusSession) || session.getContainer() != container) return null;
            return SOCKET.get(REMOTE.get(session)) instanceof TyrusMessageSocket socket ? new SessionTopicOutput(socket.sender()) : null;
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public AdvancedConnection connection() {
        return sender.connection();
    }

    private static OutgoingFrame frame(TopicMessage message) {
        return message.encoded(FRAME, () -> OutgoingFrame.reusable(message.isText() ? Opcode.TEXT : Opcode.BINARY, message.shared()).share());
    }

    @Override
    public void encode(TopicMessage message) {
        frame(message);
    }

    @Override
    public boolean trySend(TopicMessage message) {
        return sender.trySendNow(frame(message));
    }

    @Override
    public AdvancedConnection.Deferred deferred(TopicMessage message, Runnable done) {
        OutgoingFrame frame = frame(message);
        return new FrameSender.DeferredFrame(sender, frame.size()) {
            @Override
            public boolean fillsQueue() {
                return false;
            }

            @Override
            OutgoingFrame frame() {
                return frame;
            }

            @Override
            SwitchedConnection.ImmediateCompletion completion() {
                return null;
            }

            @Override
            void enqueued() {
                done.run();
            }

            @Override
            public void lost(IOException why) {
                done.run();
            }
        };
    }

    /** Extensions of the application run on a thread of the application: the publisher may be a thread of the relay. */
    @Override
    public void sendDeferred() {
        connection().sendDeferred();
    }

    @Override
    public void closeSlow(String reason) {
        sender.closeSession(new CloseReason(CloseCodes.TRY_AGAIN_LATER, reason));
    }
}
