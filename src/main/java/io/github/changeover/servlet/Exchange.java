package io.github.changeover.servlet;

import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.management.EventRecorder;
import io.github.changeover.management.ResponseSummary;
import io.github.changeover.servlet.capture.RequestMemory;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.SwitchContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** State of one request that offers a protocol, shared by the outer and the inner filter. */
final class Exchange {
    private static final String ATTRIBUTE = Exchange.class.getName();

    /** An agreed switch, set by the inner filter. The outer filter performs it when all filters have returned. */
    record Pending(Deployment deployment, NegotiatedRequest considered, Decision.Switch decision, SwitchContext context, No no) {
    }

    /** Writes an HTTP response with the reason why an agreed switch does not take place. */
    interface No {
        void say(Decision.Refuse refusal) throws IOException;
    }

    private Pending pending;
    private Runnable held = () -> { };
    private EventRecorder.Entry entry;      // null before a decision
    private NegotiatedRequest undecided;       // null unless the application may still request a switch
    private boolean over;
    private RequestMemory memory;       // null until something is held in memory

    /** Creates an exchange and stores it on the request. */
    static Exchange on(HttpServletRequest request) {
        Exchange exchange = new Exchange();
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    /** Returns the exchange that the outer filter stored on the request; empty if the outer filter did not run. */
    static Optional<Exchange> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Exchange exchange ? Optional.of(exchange) : Optional.empty();
    }

    void agree(Pending switching) {
        undecided = null;       // recorded when the connection is made
        pending = switching;
    }

    /** Adds a release action for something reserved for the connection, such as its count under the connection limits. */
    void hold(Runnable giveBack) {
        Runnable before = held;
        held = () -> {
            try {
                before.run();
            } finally {
                giveBack.run();
            }
        };
    }

    /** Returns the memory of the request. It is released with everything else that is held. */
    RequestMemory memory(MemoryBudget budget) {
        if (memory == null) {
            memory = new RequestMemory(budget);
            hold(memory::close);
        }
        return memory;
    }

    /** Transfers the memory of the request to the connection. */
    void memoryMovesTo(AdvancedConnection connection) {
        if (memory != null) memory.moveTo(connection);
    }

    /** Transfers everything that is held to the caller, for its connection. The caller must run the returned action. */
    Runnable handOver() {
        Runnable all = held;
        held = () -> { };
        return all;
    }

    /** Releases what is held, unless it was handed over to a connection. Every action runs, even if another one throws. */
    void release() {
        handOver().run();
    }

    /** Stores the record of the decision. The response is added to it later. */
    void recorded(EventRecorder.Entry taken) {
        undecided = null;
        entry = taken;
    }

    /**
     * Marks the request as undecided: no rule matches it, and the application may request a switch while it responds. The decision is recorded when
     * it does, or when it has responded.
     */
    void undecided(NegotiatedRequest considered) {
        undecided = considered;
    }

    /** Called when the filters have returned: no switch can be requested any more. Records a request that is still undecided. */
    void finish(Deployment deployment) {
        over = true;
        if (undecided != null) recorded(deployment.record(undecided));
    }

    /** Returns whether the filters have returned. After that no switch is possible. */
    boolean isOver() {
        return over;
    }

    /** Adds status and header fields of the response to the record. Does not wait for an asynchronous response. */
    void answered(HttpServletRequest request, HttpServletResponse response) {
        if (entry == null || request.isAsyncStarted()) return;
        entry.answered(head(response));
    }

    static ResponseSummary head(HttpServletResponse response) {
        List<Fields.Line> lines = new ArrayList<>();
        for (String name : new LinkedHashSet<>(response.getHeaderNames())) {
            for (String value : response.getHeaders(name)) {
                try {
                    lines.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException odd) {
                    // not a field that can be sent
                }
            }
        }
        return ResponseSummary.of(response.getStatus(), lines);
    }

    /** Returns whether a switch is agreed and has not begun. */
    boolean isAgreed() {
        return pending != null;
    }

    /** Removes and returns the agreed switch. From now on nothing prevents the response from being committed. */
    Optional<Pending> take() {
        Optional<Pending> taken = Optional.ofNullable(pending);
        pending = null;
        return taken;
    }
}
