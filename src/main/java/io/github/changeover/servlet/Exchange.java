package io.github.changeover.servlet;

import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.observe.AnswerHead;
import io.github.changeover.observe.Chronicle;
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

/** One request with an offer, on its way between the outer and the inner filter. */
final class Exchange {
    private static final String ATTRIBUTE = Exchange.class.getName();

    /** The inner filter's word: this connection is to switch once everything has returned. */
    record Pending(Deployment deployment, Considered considered, Decision.Switch decision, SwitchContext context, No no) {
    }

    /** Says as HTTP why there is no switch after all. */
    interface No {
        void say(Decision.Refuse refusal) throws IOException;
    }

    private Pending pending;
    private Runnable held = () -> { };
    private Chronicle.Entry entry;      // null before anything was decided
    private Considered undecided;       // null unless the application may still ask for a switch
    private boolean over;
    private RequestMemory memory;       // null before anything is held in it

    /** Puts an exchange on a request. */
    static Exchange on(HttpServletRequest request) {
        Exchange exchange = new Exchange();
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    /** The exchange the outer filter put on the request; empty when it did not run. */
    static Optional<Exchange> of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Exchange exchange ? Optional.of(exchange) : Optional.empty();
    }

    void agree(Pending switching) {
        undecided = null;       // told when the connection is made
        pending = switching;
    }

    /** Keeps what is taken for the connection that may be made, such as its place: this gives it back. */
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

    /** What the request holds in memory: given back with everything that is held. */
    RequestMemory memory(MemoryBudget budget) {
        if (memory == null) {
            memory = new RequestMemory(budget);
            hold(memory::close);
        }
        return memory;
    }

    /** From now on the connection holds what the request has held in memory. */
    void memoryMovesTo(AdvancedConnection connection) {
        if (memory != null) memory.moveTo(connection);
    }

    /** What is held is the connection's from now on. */
    Runnable handOver() {
        Runnable all = held;
        held = () -> { };
        return all;
    }

    /** Gives back what is held, unless a connection has it. Every part, whatever another one throws. */
    void release() {
        handOver().run();
    }

    /** What was taken down of the decision; its answer is still to come. */
    void told(Chronicle.Entry taken) {
        undecided = null;
        entry = taken;
    }

    /** No rule is for it, and the application may ask for a switch amid its answer: only then, or when it has answered, is this decided. */
    void undecided(Considered considered) {
        undecided = considered;
    }

    /** The filters have returned: nobody asks any more. */
    void conclude(Deployment deployment) {
        over = true;
        if (undecided != null) told(deployment.tell(undecided));
    }

    /** Whether the filters have returned, so that no switch comes about. */
    boolean isOver() {
        return over;
    }

    /** Adds the answer's head to what was taken down. An answer that is given later is not waited for. */
    void answered(HttpServletRequest request, HttpServletResponse response) {
        if (entry == null || request.isAsyncStarted()) return;
        entry.answered(head(response));
    }

    static AnswerHead head(HttpServletResponse response) {
        List<Fields.Line> lines = new ArrayList<>();
        for (String name : new LinkedHashSet<>(response.getHeaderNames())) {
            for (String value : response.getHeaders(name)) {
                try {
                    lines.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException odd) {
                    // no field that could be sent
                }
            }
        }
        return AnswerHead.of(response.getStatus(), lines);
    }

    /** Whether a switch is agreed and not yet begun. */
    boolean isAgreed() {
        return pending != null;
    }

    /** The switch that was agreed, once: from here on nothing keeps an answer from being committed. */
    Optional<Pending> take() {
        Optional<Pending> taken = Optional.ofNullable(pending);
        pending = null;
        return taken;
    }
}
