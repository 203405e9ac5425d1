package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that handlers that block, throw exceptions or call each other affect only their own connections. */
@OnContainer
@OncePerEdge
@Tag("full")
class HostileHandlerIT {
    /** How long a handler blocks. A manual run uses {@code -Dchangeover.hostile.millis=30000}. */
    private static final int MILLIS = Integer.getInteger("changeover.hostile.millis", 3000);
    private static final List<String> CALLBACKS = List.of("opened", "received", "task", "completion", "writable", "ended", "idle", "drain", "closed");
    private static final Duration IDLE = Duration.ofSeconds(1), DRAIN = Duration.ofMillis(500);
    private static final int PLACES = 40;
    private static ApplicationClient few;      // with fewer callback threads than handlers that block
    private static ApplicationClient usual;
    private final List<Wire> open = new ArrayList<>();

    private static War war(String name) {
        return War.with(name).app("hostile").set("hostile.millis", Integer.toString(MILLIS)).set("changeover.idle", IDLE.toMillis() + "ms")
                .set("changeover.drain", DRAIN.toMillis() + "ms").set("changeover.linger", "200ms").set("changeover.queue.max", "20K")
                .set("changeover.connections.max", Integer.toString(PLACES));
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(war("hostile-few").set("changeover.callbacks.max", "8").build(), "/hostile-few");
        container.deploy(War.with("hostile").app("hostile").set("hostile.millis", "2000").set("changeover.idle", "60s").set("changeover.drain", "1s")
                .set("changeover.linger", "200ms").set("changeover.queue.max", "1M").build(), "/hostile");
        few = ApplicationClient.of(container, "/hostile-few");
        usual = ApplicationClient.of(container, "/hostile");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) throws Exception {
        container.undeploy("/hostile-few");
        container.undeploy("/hostile");
    }

    @AfterEach
    void assertEveryHandlerWasClosedOnce() throws Exception {
        for (Wire wire : open) wire.close();
        awaitTrue(() -> few.page("/orders?connections").equals("0") && usual.page("/orders?connections").equals("0"));
        awaitTrue(() -> few.page("/orders?faults").equals("{}"));
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + (MILLIS * 4L + 10_000) * 1_000_000;
        while (!condition.call()) {
            if (System.nanoTime() > end) throw new AssertionError("did not come about; " + few.page("/orders?faults") + ", open " + few.page("/orders?connections"));
            LockSupport.parkNanos(20_000_000);
        }
    }

    private Wire open(ApplicationClient application, String path) throws IOException {
        Wire wire = application.offer(path, "hostile").timeout(Duration.ofSeconds(20));
        open.add(wire);
        assertThat(wire.readHead().status()).as(path).isEqualTo(101);
        return wire;
    }

    /** Opens a connection and triggers this callback. */
    private Wire triggerMisbehaviour(ApplicationClient application, String callback, String deed) throws IOException {
        Wire wire = open(application, "/deed/" + callback + "/" + deed);
        switch (callback) {
            case "received", "task", "completion" -> wire.send("x");
            case "writable" -> wire.send("x").readExactly(15_000);
            case "ended" -> wire.shutdownOutput();
            case "closed" -> wire.reset();
            default -> { }      // the server itself calls opened, idle and drain
        }
        return wire;
    }

    /** The idle timeout is exact to one second although all callback threads are busy: there are 8 threads, and 27 handlers block. */
    @Test
    @Covers("GEN-06")
    void blockingHandlersDoNotDelayIdleTimeouts() throws Exception {
        for (int i = 0; i < 3; i++) triggerMisbehaviour(few, "writable", "BLOCK");      // first, because these need a free thread before they block
        for (int i = 0; i < 3; i++) {
            for (String callback : CALLBACKS) {
                if (!callback.equals("writable")) triggerMisbehaviour(few, callback, "BLOCK");
            }
        }
        for (int i = 0; i < 5; i++) {
            Wire quiet = few.offer("/quiet", "hostile").timeout(Duration.ofSeconds(20));
            open.add(quiet);
            assertThat(quiet.readHead().status()).isEqualTo(101);
            long quietSince = System.nanoTime();
            // its "hello" may have to wait for a thread, and restarts the idle time
            while (quiet.socket().getInputStream().read(new byte[5]) > 0) quietSince = System.nanoTime();
            assertThat(Duration.ofNanos(System.nanoTime() - quietSince)).isLessThan(IDLE.plusMillis(1300));    // 300 ms for the test itself
        }
        assertEveryHandlerWasClosedOnce();
        for (int i = 0; i < PLACES; i++) open(few, "/quiet");       // every reservation has been released
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUNTIME_EXCEPTION", "CHECKED_EXCEPTION", "INTERRUPTED", "ASSERTION", "STACK_OVERFLOW", "OUT_OF_MEMORY", "LINKAGE", "THROWABLE"})
    @Covers("GEN-06")
    void handlerExceptionEndsOnlyItsConnection(String deed) throws Exception {
        Wire quiet = open(usual, "/quiet");
        List<Wire> wires = new ArrayList<>();
        for (String callback : CALLBACKS) wires.add(triggerMisbehaviour(few, callback, deed));
        for (Wire wire : wires) {
            if (!wire.socket().isClosed()) assertThat(wire.timeout(Duration.ofSeconds(5)).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        assertThat(quiet.send("still").readText(10)).isEqualTo("hellostill");
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "c", "e"})
    @Covers("GEN-06")
    void handlersMaySendToAndCloseEachOther(String order) throws Exception {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < 12; i++) wires.add(open(few, "/crowd"));
        awaitTrue(() -> few.page("/orders?connections").equals("12"));
        for (Wire wire : wires) sendCommand(wire, order);
        if (order.equals("b")) {
            for (Wire wire : wires) assertThat(wire.readText(7)).isEqualTo("to all\n");
            wires.get(0).reset();       // its end closes the others
        }
        for (Wire wire : wires.subList(1, 12)) assertThat(wire.timeout(Duration.ofSeconds(5)).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
    }

    /** Sends a command, unless a command on another connection has already closed this one. */
    private static void sendCommand(Wire wire, String order) throws IOException {
        try {
            wire.send(order);
        } catch (SocketException closed) {
            if (order.equals("b")) throw closed;
        }
    }

    /** Measures each call. 99 of 100 must return within 50 ms while all handlers block and ordinary requests keep the container busy. */
    @Test
    @Covers("GEN-06")
    void apiCallsDoNotWaitForHandlers() throws Exception {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < 30; i++) wires.add(open(usual, "/calls"));
        for (Wire wire : wires) wire.send("x");
        Thread busy = new Thread(() -> {
            try {
                while (!Thread.interrupted()) usual.page("/orders?faults");
            } catch (IOException over) {
                // the test has ended
            }
        });
        busy.start();
        String measured = usual.page("/orders?calls=20");
        busy.interrupt();
        busy.join(10_000);
        System.out.println("calls while handlers block, 99th percentile/longest in microseconds: " + measured);
        Matcher call = Pattern.compile("([a-z]+)=(\\d+)/").matcher(measured);
        int calls = 0;
        for (; call.find(); calls++) assertThat(Integer.parseInt(call.group(2))).as(call.group(1)).isBetween(0, 50_000);
        assertThat(calls).isEqualTo(4);
    }

    /** Sends two messages in one segment. The response to the first is sent while the callback still runs, which sleeps for 2 s. */
    @Test
    void sentBytesLeaveWhileTheCallbackRuns() throws Exception {
        int tries = Boolean.getBoolean("changeover.full") ? 100 : 20, soon = 0;
        for (int i = 0; i < tries; i++) {
            Wire wire = open(usual, "/sleepy");
            long begun = System.nanoTime();
            wire.send("ab");
            assertThat(wire.readText(1)).isEqualTo("a");
            if (System.nanoTime() - begun < 50_000_000) soon++;
            wire.reset();
        }
        assertThat(soon).isGreaterThanOrEqualTo(tries - Math.max(1, tries / 100));
    }

    @Test
    @Covers("GEN-06")
    void drainDoesNotWaitForHandlers() throws Exception {
        for (int i = 0; i < 3; i++) open(few, "/quiet");
        assertThat(few.page("/orders?drain=5000")).startsWith("true ");
        for (String callback : CALLBACKS) triggerMisbehaviour(few, callback, "BLOCK");
        String[] answer = few.page("/orders?drain=" + DRAIN.toMillis()).split(" ");
        assertThat(answer[0]).isEqualTo("false");
        assertThat(Long.parseLong(answer[1])).isLessThan(DRAIN.toMillis() + 2500);
        assertThat(few.page("/orders?connections")).isEqualTo("0");
    }

    @Tag("full")
    @Test
    @Covers("GEN-06")
    void undeployEndsWithinDrainTimeAndFiveSeconds(ContainerUnderTest container) throws Exception {
        container.deploy(war("hostile-going").set("hostile.millis", Integer.toString(Math.max(MILLIS, 9000))).set("changeover.idle", "60s").build(), "/hostile-going");
        ApplicationClient going = ApplicationClient.of(container, "/hostile-going");
        for (int i = 0; i < 2; i++) {
            for (String callback : CALLBACKS) {
                if (!callback.equals("idle")) triggerMisbehaviour(going, callback, "BLOCK");
            }
        }
        long begun = System.nanoTime();
        container.undeploy("/hostile-going");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DRAIN.plusSeconds(5));
        for (Wire wire : open) {
            if (!wire.socket().isClosed()) assertThat(wire.timeout(Duration.ofSeconds(3)).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        assertThat(container.log()).contains("did not return from a callback while the application was stopping").contains("hostile.Deed.run");
    }
}
