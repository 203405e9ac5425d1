package io.github.changeover.websocket.engine;

import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.ObservedSession;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.CloseFrame;
import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.OutgoingFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Notifies the application's listeners about one session. If there are no listeners, no object of this class is created. */
final class SessionObserver {
    private static final System.Logger LOG = System.getLogger(SessionObserver.class.getName());

    /**
     * The listeners of an application.
     *
     * @param failed the listeners that have thrown an exception; only the first exception of a listener is logged
     */
    record Listeners(List<WebSocketListener> all, Set<WebSocketListener> failed) {
        static final Listeners NONE = of(List.of());

        static Listeners of(List<WebSocketListener> all) {
            return new Listeners(List.copyOf(all), ConcurrentHashMap.newKeySet());
        }

        /** Returns null if there are no listeners. */
        SessionObserver of(String id, UpgradeRequest handshake, String subprotocol) {
            return all.isEmpty() ? null : new SessionObserver(this, new ObservedSession(id, handshake, subprotocol));
        }

        private void guarded(WebSocketListener listener, Consumer<WebSocketListener> call) {
            try {
                call.accept(listener);
            } catch (RuntimeException | LinkageError | AssertionError failure) {
                if (failed.add(listener)) LOG.log(System.Logger.Level.WARNING, "The listener " + listener.getClass().getName() + " failed; this is logged once", failure);
            }
        }
    }

    private record Close(int code, String reason) {
    }

    private final Listeners listeners;
    private final ObservedSession session;
    private boolean textIn;             // type of the message that is arriving; used in callbacks only
    private boolean textOut;            // type of the message being sent; under the send lock
    private volatile Close close;       // the first Close frame; null before it

    private SessionObserver(Listeners listeners, ObservedSession session) {
        this.listeners = listeners;
        this.session = session;
    }

    void opened() {
        for (WebSocketListener listener : listeners.all) listeners.guarded(listener, each -> each.opened(session));
    }

    /**
     * Called before the endpoint receives a message or a part of one. The returned task must run after the endpoint has returned. Does nothing for other
     * frames.
     */
    Runnable messageIn(int opcode, boolean fin, int bytes) {
        if (Opcode.isControl(opcode)) return WebSocketListener.NOTHING;
        if (opcode != Opcode.CONTINUATION) textIn = opcode == Opcode.TEXT;
        List<Runnable> scopes = new ArrayList<>(listeners.all.size());
        for (WebSocketListener listener : listeners.all) {
            listeners.guarded(listener, each -> {
                Runnable scope = each.messageIn(session, textIn, bytes, fin);
                if (scope != null && scope != WebSocketListener.NOTHING) scopes.add(() -> listeners.guarded(each, same -> scope.run()));
            });
        }
        return () -> {
            for (int i = scopes.size() - 1; i >= 0; i--) scopes.get(i).run();
        };
    }

    /**
     * Called under the send lock when a frame is being sent. Calls no listener itself. The returned task calls them and must run after the lock is
     * released.
     */
    Runnable sending(OutgoingFrame frame) {
        int opcode = frame.opcode();
        if (opcode == Opcode.CLOSE) {
            byte[] payload = frame.copyPayload();
            closing(payload, 0, payload.length);
        }
        if (frame.isControl()) return WebSocketListener.NOTHING;
        if (opcode != Opcode.CONTINUATION) textOut = opcode == Opcode.TEXT;
        boolean text = textOut;
        boolean last = frame.isFinal();
        int bytes = frame.payloadSize();
        return () -> {
            for (WebSocketListener listener : listeners.all) listeners.guarded(listener, each -> each.messageOut(session, text, bytes, last));
        };
    }

    /** Called with the payload of a Close frame of either side. */
    void closing(byte[] bytes, int from, int to) {
        if (close != null) return;
        close = to - from < 2 ? new Close(1005, "")
                : new Close(CloseFrame.code(bytes, from), CloseFrame.reason(bytes, from, to));
    }

    void closed() {
        Close end = close != null ? close : new Close(1006, "");
        for (WebSocketListener listener : listeners.all) listeners.guarded(listener, each -> each.closed(session, end.code, end.reason));
    }
}
