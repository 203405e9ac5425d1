package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import java.lang.reflect.Method;
import java.util.Optional;
import org.glassfish.tyrus.core.DebugContext;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusSession;
import org.glassfish.tyrus.core.TyrusWebSocket;

/**
 * An accepted handshake, with the objects that Tyrus needs to open a session. Tyrus' own connection would decode and encode every frame byte by byte.
 * Therefore Tyrus gets a socket and a reader of Changeover.
 *
 * @param extensions the agreed extensions
 * @param chain      the agreed extensions that process frames; may be empty
 */
record TyrusHandshake(TyrusEndpointWrapper endpoint, ProtocolHandler protocol, RequestContext request, TyrusResponse response, ExtensionChoice extensions,
                    ExtensionChain chain, DebugContext debug) {

    /**
     * Methods of Tyrus that return a session and whether its handlers receive partial messages. Tyrus uses the same information to decide whether to keep
     * a fragment, but has no public method for it.
     */
    record Sessions(Method session, Method takesPartsOfText, Method takesPartsOfBinary) {
        /** Empty if this version of Tyrus has other methods. */
        static final Optional<Sessions> KNOWN = known("getSession");

        static Optional<Sessions> known(String getSession) {
            try {
                return Optional.of(new Sessions(method(TyrusEndpointWrapper.class, getSession, TyrusWebSocket.class), method(TyrusSession.class, "isPartialTextHandlerPresent"),
                        method(TyrusSession.class, "isPartialBinaryHandlerPresent")));
            } catch (NoSuchMethodException | RuntimeException | LinkageError unavailable) {
                System.getLogger(TyrusHandshake.class.getName()).log(System.Logger.Level.WARNING, "Unsupported Tyrus version: Tyrus itself assembles messages from fragments, "
                        + "which is slower and uses more memory. {0}", unavailable.toString());
                return Optional.empty();
            }
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

    /** The properties of a session that are needed for reading. */
    static final class OpenSession {
        private final Sessions sessions;
        private final TyrusSession session;     // null if Tyrus did not open the session

        private OpenSession(Sessions sessions, TyrusSession session) {
            this.sessions = sessions;
            this.session = session;
        }

        /** Whether the session's handler receives messages of this type in parts. */
        boolean acceptsParts(int opcode) {
            return session != null && (boolean) Sessions.call(opcode == Opcode.TEXT ? sessions.takesPartsOfText : sessions.takesPartsOfBinary, session);
        }

        /** Returns the largest number of characters or bytes of a message that is assembled from fragments. */
        int longest(int opcode) {
            if (session == null) return Integer.MAX_VALUE;
            return opcode == Opcode.TEXT ? session.getMaxTextMessageBufferSize() : session.getMaxBinaryMessageBufferSize();
        }
    }

    /** Returns the agreed subprotocol; empty if there is none. */
    String subprotocol() {
        String agreed = response.getFirstHeaderValue("Sec-WebSocket-Protocol");
        return agreed == null ? "" : agreed;
    }

    /** Opens the session and calls the endpoint's {@code @OnOpen}. */
    MessageReader open(FrameSender sender, AsynchronousSends asynchronous, MessageMemory memory, Sessions sessions) {
        TyrusMessageSocket socket = new TyrusMessageSocket(protocol, endpoint, sender, asynchronous);
        connect(socket, new TyrusWriter(sender, asynchronous));
        return new MessageReader(protocol, socket, sender, memory, new OpenSession(sessions, (TyrusSession) Sessions.call(sessions.session, endpoint, socket)));
    }

    /** As {@link #open}, for a version of Tyrus whose sessions are unknown. Tyrus processes all frames itself. */
    TyrusReceiver openUnknown(FrameSender sender, AsynchronousSends asynchronous, MessageMemory memory) {
        TyrusWebSocket socket = new TyrusWebSocket(protocol, endpoint);
        connect(socket, new TyrusWriter(sender, asynchronous));
        return new TyrusReceiver(protocol, socket, memory);
    }

    private void connect(TyrusWebSocket socket, TyrusWriter writer) {
        protocol.setWriter(writer);
        socket.onConnect(request, subprotocol(), extensions.forApplication(), null, debug);
        debug.flush();
    }
}
