package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.glassfish.tyrus.core.DebugContext;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusSession;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.spi.UpgradeRequest;
import org.glassfish.tyrus.spi.UpgradeResponse;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;

/**
 * What Tyrus has made of a handshake. Its own connection would decode and encode every frame octet by octet, so it is opened with
 * a socket and a reader of ours, which Tyrus has no method for: its parts are taken from the object that keeps them.
 */
record TyrusUpgrade(TyrusEndpointWrapper endpoint, ProtocolHandler protocol, List<?> extensions, UpgradeRequest request, UpgradeResponse response, DebugContext debug,
                    Sessions sessions) {
    /** Kept here and not with Tyrus' class, which may be the container's and outlive the application. */
    private static volatile Known known = new Known(Object.class, Optional.empty());

    private record Known(Class<?> type, Optional<Parts> parts) {
    }

    /** Where the parts are: found by their type, for names may change. */
    private record Parts(Field endpoint, Field protocol, Field extensions, Field request, Field response, Field debug, Sessions sessions) {
        static Optional<Parts> of(Class<?> type) {
            try {
                for (Class<?> ours : List.of(MessageSocket.class, MessageReader.class)) Class.forName(ours.getName(), true, ours.getClassLoader());
                return Optional.of(new Parts(only(type, TyrusEndpointWrapper.class), only(type, ProtocolHandler.class), only(ProtocolHandler.class, List.class),
                        only(type, UpgradeRequest.class), only(type, UpgradeResponse.class), only(type, DebugContext.class), Sessions.known()));
            } catch (ReflectiveOperationException | RuntimeException | LinkageError otherwise) {
                System.getLogger(TyrusUpgrade.class.getName()).log(System.Logger.Level.WARNING, "This version of Tyrus is not known, so it reads and writes frames itself: "
                        + "that is slower, and each connection keeps a buffer as long as its longest message. {0}", otherwise.toString());
                return Optional.empty();
            }
        }

        private static Field only(Class<?> owner, Class<?> type) throws NoSuchFieldException {
            List<Field> fields = Arrays.stream(owner.getDeclaredFields()).filter(field -> field.getType() == type).toList();
            if (fields.size() != 1) throw new NoSuchFieldException(owner.getName() + " has " + fields.size() + " fields of type " + type.getSimpleName() + ", not one");
            fields.get(0).setAccessible(true);
            return fields.get(0);
        }
    }

    /** How to find a session, and what its handlers take: Tyrus asks the same before it decides whether to keep a fragment. */
    record Sessions(Method session, Method takesPartsOfText, Method takesPartsOfBinary) {
        private static Sessions known() throws NoSuchMethodException {
            return new Sessions(method(TyrusEndpointWrapper.class, "getSession", TyrusWebSocket.class), method(TyrusSession.class, "isPartialTextHandlerPresent"),
                    method(TyrusSession.class, "isPartialBinaryHandlerPresent"));
        }

        private static Method method(Class<?> owner, String name, Class<?>... parameters) throws NoSuchMethodException {
            Method method = owner.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        }

        private static Object call(Method method, Object on, Object... arguments) {
            try {
                return method.invoke(on, arguments);
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /** A session, as far as reading needs it. */
    static final class OpenSession {
        private final Sessions sessions;
        private final TyrusSession session;     // null when Tyrus did not open it

        private OpenSession(Sessions sessions, TyrusSession session) {
            this.sessions = sessions;
            this.session = session;
        }

        /** Whether its handler takes messages of this kind in parts. */
        boolean takesParts(int opcode) {
            return session != null && (boolean) Sessions.call(opcode == Opcode.TEXT ? sessions.takesPartsOfText : sessions.takesPartsOfBinary, session);
        }

        /** Characters, or bytes, of a message that is put together from fragments. */
        int longest(int opcode) {
            if (session == null) return Integer.MAX_VALUE;
            return opcode == Opcode.TEXT ? session.getMaxTextMessageBufferSize() : session.getMaxBinaryMessageBufferSize();
        }

        /** The session is not idle: Tyrus does not see the fragments. */
        void restartIdleTime() {
            if (session == null || session.getMaxIdleTimeout() <= 0) return;
            try {
                session.setMaxIdleTimeout(session.getMaxIdleTimeout());
            } catch (IllegalStateException closed) {
                // by another thread, this moment
            }
        }
    }

    /** Empty when this Tyrus is not as known. */
    static Optional<TyrusUpgrade> of(UpgradeInfo info) {
        return parts(info.getClass()).map(parts -> {
            try {
                ProtocolHandler protocol = (ProtocolHandler) parts.protocol.get(info);
                return new TyrusUpgrade((TyrusEndpointWrapper) parts.endpoint.get(info), protocol, (List<?>) parts.extensions.get(protocol),
                        (UpgradeRequest) parts.request.get(info), (UpgradeResponse) parts.response.get(info), (DebugContext) parts.debug.get(info), parts.sessions);
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
    }

    private static Optional<Parts> parts(Class<?> type) {
        Known last = known;
        if (last.type != type) known = last = new Known(type, Parts.of(type));
        return last.parts;
    }

    /** Those that the endpoint supports. */
    List<String> subprotocols() {
        return endpoint.getEndpointConfig() instanceof ServerEndpointConfig config && config.getSubprotocols() != null ? config.getSubprotocols() : List.of();
    }

    /** Opens the connection: the endpoint is told. */
    MessageReader open(FrameOutlet outlet, MessageMemory memory) {
        protocol.setWriter(outlet);
        MessageSocket socket = new MessageSocket(protocol, endpoint, outlet);
        socket.onConnect(request, response.getFirstHeaderValue("Sec-WebSocket-Protocol"),
                extensions == null ? List.of() : extensions.stream().map(Extension.class::cast).toList(), null, debug);
        debug.flush();
        return new MessageReader(protocol, socket, outlet, memory, new OpenSession(sessions, (TyrusSession) Sessions.call(sessions.session, endpoint, socket)));
    }
}
