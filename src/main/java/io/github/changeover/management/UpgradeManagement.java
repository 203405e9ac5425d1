package io.github.changeover.management;

import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.http.PrintableText;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToggles;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Gives an operator a view of one application and the operations on it. Internal: consoles and exporters use it. Thread-safe. No method
 * blocks. All results are copies.
 */
public final class UpgradeManagement {
    private static final String ATTRIBUTE = UpgradeManagement.class.getName();
    private static final int GOING_AWAY = 1001, SERVICE_RESTART = 1012;     // WebSocket close codes

    private final ConnectionRegistry registry;
    private final MemoryBudget memory;
    private final Supplier<EventLoops.State> loops;
    private final Metrics metrics;
    private final DecisionLog decisionLog;
    private final ProtocolToggles toggles;
    private final Duration grace;
    private volatile StartReport report;
    private volatile Supplier<TopicCounts> topics = () -> TopicCounts.NONE;
    private volatile IntFunction<List<TopicView>> largestTopics = most -> List.of();

    UpgradeManagement(ConnectionRegistry registry, MemoryBudget memory, Supplier<EventLoops.State> loops, Metrics metrics, DecisionLog decisionLog, ProtocolToggles toggles, Duration grace, StartReport report) {
        this.registry = registry;
        this.memory = memory;
        this.loops = loops;
        this.metrics = metrics;
        this.decisionLog = decisionLog;
        this.toggles = toggles;
        this.grace = grace;
        this.report = report;
    }

    /** Returns the instance of the application. The result is empty before the start and after the end of the application. */
    public static Optional<UpgradeManagement> of(ServletContext context) {
        return Optional.ofNullable((UpgradeManagement) context.getAttribute(ATTRIBUTE));
    }

    /** Stores it in the servlet context. */
    void put(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    void report(StartReport now) {
        report = now;
    }

    void remove(ServletContext context) {
        context.removeAttribute(ATTRIBUTE);
    }

    /**
     * Sets where topics are read.
     *
     * @param largest returns at most this number of topics, as {@link #largestTopics}
     */
    public void useTopics(Supplier<TopicCounts> counts, IntFunction<List<TopicView>> largest) {
        topics = counts;
        largestTopics = largest;
    }

    // ---- reading

    /** Returns the live connections, the oldest first. */
    public List<ConnectionView> connections() {
        return registry.live().stream().map(ConnectionView::of).sorted(Comparator.comparing(ConnectionView::since).thenComparing(ConnectionView::id)).toList();
    }

    /** Returns the last decisions, the latest first. Their maximum number is {@code changeover.decisions}. */
    public List<DecisionRecord> decisions() {
        return decisionsAfter(0);
    }

    /** Returns those of the last decisions that have a higher number than this, the latest first. */
    public List<DecisionRecord> decisionsAfter(long number) {
        return decisionLog.after(number);
    }

    public MetricsSnapshot counts() {
        return metrics.read(registry, memory, loops.get(), topics.get());
    }

    /** Returns the counters of topics alone. */
    public TopicCounts topics() {
        return topics.get();
    }

    /** Returns at most this number of topics, those with most members on this node first. Inspects all topics, so it is not for metrics. */
    public List<TopicView> largestTopics(int most) {
        return largestTopics.apply(most);
    }

    /** Returns the facts found at start, with the protocols that are supported now. */
    public StartReport report() {
        return report;
    }

    public boolean draining() {
        return registry.draining();
    }

    /** Returns the disabled protocols, sorted: {@code foo/2} for a token, {@code foo/*} for every version of a name. */
    public Set<String> switchedOff() {
        return toggles.listed();
    }

    // ---- operations

    /**
     * Drains a connection: calls {@code drain} of its handler, as when the application stops. If the handler does not close it, the connection stays open.
     * Returns whether the connection existed.
     */
    public boolean close(String id) {
        Optional<TransportConnection> found = find(id);
        found.ifPresent(connection -> connection.drain(CloseCause.of(CloseCause.Kind.DRAINED, "closed by an operator")));
        return found.isPresent();
    }

    /** Closes a connection immediately; queued bytes are lost. Returns whether the connection existed. */
    public boolean abort(String id) {
        Optional<TransportConnection> found = find(id);
        found.ifPresent(connection -> connection.abort(CloseCause.of(CloseCause.Kind.EVICTED, "aborted by an operator")));
        return found.isPresent();
    }

    private Optional<TransportConnection> find(String id) {
        return registry.live().stream().filter(connection -> connection.id().equals(id)).findFirst();
    }

    /**
     * Rejects new connections with 503 while ordinary HTTP continues, calls {@code drain} of every handler at the pace {@code changeover.drain.pace}, and
     * closes the remaining connections after {@code changeover.drain}. Returns immediately. The WebSocket close code is that of the drain that is running, if
     * there is one, or else {@code changeover.drain.code}.
     */
    public void drain() {
        registry.startDraining(grace);
    }

    /**
     * Drains as {@link #drain()}, with this WebSocket close code.
     *
     * @param code 1001 (Going Away) or 1012 (Service Restart)
     * @throws IllegalArgumentException for another code; then nothing is done
     */
    public void drain(int code) {
        if (code != GOING_AWAY && code != SERVICE_RESTART) throw invalidCode(Integer.toString(code));
        registry.startDraining(grace, code == SERVICE_RESTART);
    }

    /**
     * Drains as {@link #drain(int)}, for a code in a request.
     *
     * @param code null or empty for none
     * @throws IllegalArgumentException if the code is not allowed; then nothing is done
     */
    public void drain(String code) {
        if (code == null || code.isEmpty()) drain();
        else if (code.matches("[0-9]{4}")) drain(Integer.parseInt(code));
        else throw invalidCode("'" + PrintableText.of(code, 20) + "'");
    }

    private static IllegalArgumentException invalidCode(String code) {
        return new IllegalArgumentException("The WebSocket close code of a drain is " + code + ". Allowed: " + GOING_AWAY + " (Going Away) or " + SERVICE_RESTART + " (Service Restart)");
    }

    /** Calls the listener with {@code true} when a drain starts and with {@code false} when it is undone, on the thread of the operator. */
    public void onDraining(Consumer<Boolean> listener) {
        registry.onDraining(listener);
    }

    /** Returns the drain time: {@code changeover.drain}. */
    public Duration drainTime() {
        return grace;
    }

    /** Undoes {@link #drain} for later connections, and for those whose handler was not called yet. */
    public void stopDraining() {
        registry.stopDraining();
    }

    /** Returns the toggles that disable protocols. A change takes effect with the next negotiation. */
    public ProtocolToggles toggles() {
        return toggles;
    }
}
