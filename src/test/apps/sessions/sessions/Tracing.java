package sessions;

import io.github.changeover.websocket.ObservedSession;
import io.github.changeover.websocket.WebSocketListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Traces with Micrometer Observation: there is one observation for a session, whose remote parent the client names in the handshake, and one within it for each
 * message that the endpoint receives, which is current while the endpoint runs. In place of a tracer, a handler records the observations that end.
 */
public final class Tracing implements WebSocketListener {
    private static final Map<String, List<String>> TRACES = new ConcurrentHashMap<>();
    static final ObservationRegistry REGISTRY = ObservationRegistry.create();

    static {
        REGISTRY.observationConfig().observationHandler(new Recorder());
    }

    /** The ServiceLoader calls this constructor. */
    public Tracing() {
    }

    @Override
    public void opened(ObservedSession session) {
        ReceiverContext<ObservedSession> context = new ReceiverContext<>((carrier, key) -> carrier.handshake().fields().first(key).orElse(null));
        context.setCarrier(session);
        Observation whole = Observation.createNotStarted("websocket.session", () -> context, REGISTRY)
                .lowCardinalityKeyValue("path", session.handshake().path()).lowCardinalityKeyValue("subprotocol", session.subprotocol()).start();
        session.attach(Observation.class, whole);
    }

    @Override
    public Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
        Observation message = Observation.createNotStarted("websocket.receive", REGISTRY).parentObservation(session.attached(Observation.class))
                .lowCardinalityKeyValue("type", text ? "text" : "binary").highCardinalityKeyValue("bytes", String.valueOf(bytes)).start();
        Observation.Scope scope = message.openScope();
        return () -> {
            scope.close();
            message.stop();
        };
    }

    @Override
    public void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
        session.attached(Observation.class).event(Observation.Event.of("sent " + (text ? "text " : "binary ") + bytes));
    }

    @Override
    public void closed(ObservedSession session, int code, String reason) {
        session.attached(Observation.class).highCardinalityKeyValue("code", String.valueOf(code)).stop();
    }

    static List<String> of(String trace) {
        return TRACES.getOrDefault(trace, List.of());
    }

    /** Records a line for each end, by the name of the trace in the field traceparent. */
    private static final class Recorder implements ObservationHandler<Observation.Context> {
        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            note(context, event.getName());
        }

        @Override
        public void onStop(Observation.Context context) {
            note(context, context.getName() + " " + context.getAllKeyValues().stream().map(pair -> pair.getKey() + "=" + pair.getValue()).toList());
        }

        private static void note(Observation.Context context, String line) {
            Observation.ContextView top = context.getParentObservation() == null ? context : context.getParentObservation().getContextView();
            if (!(top instanceof ReceiverContext<?> receiver)) return;
            String parent = traceOf(receiver);
            if (parent != null) TRACES.computeIfAbsent(parent.split("-")[1], none -> new CopyOnWriteArrayList<>()).add(line);
        }

        private static <C> String traceOf(ReceiverContext<C> receiver) {
            return receiver.getGetter().get(receiver.getCarrier(), "traceparent");
        }
    }
}
