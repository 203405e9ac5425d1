package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.testkit.MemoryTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * For any events in any order: bytes stay in order, none is lost or repeated, every completion runs once, and {@code closed} runs once and
 * last.
 */
class ConnectionPropertiesTest {
    private enum StepKind {
        PEER_SENDS, PEER_TAKES, PEER_ENDS, SEND, SEND_IN_A_TURN, PAUSE, RESUME, EXECUTE, READABLE, WRITABLE, BACK_INSIDE_A_WRITE,
        TIME_PASSES, DRAIN, END_OUTPUT, CLOSE, EVICT, BREAK, RELEASE, WRITES_FAIL, OPEN_LATE
    }

    record ScriptStep(StepKind what, int count) {
    }

    @Provide
    Arbitrary<ScriptStep> anyStep() {
        Arbitrary<StepKind> what = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, Arbitraries.of(Arrays.copyOf(StepKind.values(), StepKind.TIME_PASSES.ordinal()))),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(StepKind.values())));
        return Combinators.combine(what, Arbitraries.integers().between(0, 5000)).as(ScriptStep::new);
    }

    private final List<String> completions = new ArrayList<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();         // bytes of the handler that were accepted
    private final ByteArrayOutputStream peers = new ByteArrayOutputStream();
    private int sends, refused;

    @Property(tries = 3000)
    @Covers("GEN-09")
    void invariantsHoldForAnySequenceOfEvents(@ForAll @Size(max = 60) List<@From("anyStep") ScriptStep> steps) throws InterruptedException {
        completions.clear();
        sent.reset();
        peers.reset();
        sends = refused = 0;
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        ConnectionFixture fixture = new ConnectionFixture(pool);
        RecordingHandler recorder = new RecordingHandler();
        MemoryTransport transport = new MemoryTransport().window(100);
        TransportConnection connection = fixture.connection(recorder);
        boolean late = steps.stream().anyMatch(step -> step.what == StepKind.OPEN_LATE);
        if (!late) transport.open(connection);
        long now = 0;
        boolean peerEnded = false;
        boolean open = !late;
        for (ScriptStep step : steps) {
            switch (step.what) {
                case PEER_SENDS -> {
                    if (!peerEnded) transport.peerSends(numbered(peers, step.count));
                }
                case PEER_TAKES -> transport.peerReads(step.count);
                case PEER_ENDS -> {
                    peerEnded = true;
                    transport.peerEnds();
                }
                case SEND -> {
                    if (open) send(connection, step.count);
                }
                case SEND_IN_A_TURN -> {
                    if (open) connection.execute(() -> {
                        send(connection, step.count % 100);
                        send(connection, step.count);
                    });
                }
                case PAUSE -> connection.pause();
                case RESUME -> connection.resume();
                case EXECUTE -> connection.execute(() -> { });
                case READABLE -> connection.readable();
                case WRITABLE -> connection.writable();
                case BACK_INSIDE_A_WRITE -> transport.insideNextWrite(connection::readable);
                case TIME_PASSES -> connection.timeouts().check(now += Duration.ofMillis(step.count).toNanos());
                case DRAIN -> connection.drain(ConnectionFixture.DRAINED);
                case END_OUTPUT -> {
                    if (open) connection.endOutput();
                }
                case CLOSE -> {
                    if (open) connection.close();
                }
                case EVICT -> connection.abort();
                case BREAK -> connection.transportFailed(new IOException("reset"));
                case RELEASE -> connection.released();
                case WRITES_FAIL -> transport.writesFail(new IOException("broken"));
                case OPEN_LATE -> {
                    if (!open) transport.open(connection);
                    open = true;
                }
            }
            pool.run();
            assertThat(connection.queued()).isLessThanOrEqualTo(2 * ConnectionFixture.BOUND + 5000);
        }
        connection.abort();
        pool.run();
        assertThat(recorder.events()).doesNotContain("OVERLAP").endsWith("closed");
        for (String once : List.of("opened", "ended", "drain", "closed")) assertThat(recorder.events()).filteredOn(once::equals).hasSizeLessThanOrEqualTo(1);
        assertThat(completions).hasSize(sends).doesNotHaveDuplicates();
        assertThat(completions.stream().filter(told -> told.endsWith("sent")).map(told -> Integer.valueOf(told.split(" ")[0]))).isSorted();
        assertPrefix(recorder.bytes(), peers.toByteArray());
        assertPrefix(transport.peerReceived(), sent.toByteArray());
        assertThat(transport.closes() + transport.aborts()).isPositive();
        assertThat(fixture.application.registry().live()).isEmpty();
        assertThat(fixture.application.registry().expected()).isEmpty();
    }

    @Property(tries = 1000)
    @Covers({"GEN-08", "GEN-09"})
    void connectionThatIsNotClosedDeliversAllBytes(@ForAll @Size(max = 60) List<@From("anyStep") ScriptStep> steps) {
        sent.reset();
        peers.reset();
        ConnectionFixture.ManualExecutor pool = new ConnectionFixture.ManualExecutor();
        ConnectionFixture fixture = new ConnectionFixture(pool);
        RecordingHandler recorder = new RecordingHandler();
        MemoryTransport transport = new MemoryTransport().window(0);
        TransportConnection connection = fixture.connection(recorder);
        transport.open(connection);
        for (ScriptStep step : steps) {
            switch (step.what) {
                case PEER_SENDS -> transport.peerSends(numbered(peers, step.count));
                case PEER_TAKES -> transport.peerReads(step.count);
                case SEND -> {
                    if (connection.queued() <= ConnectionFixture.BOUND) connection.send(ByteBuffer.wrap(numbered(sent, step.count)));
                }
                case SEND_IN_A_TURN -> connection.execute(() -> {
                    if (connection.queued() <= ConnectionFixture.BOUND) connection.send(ByteBuffer.wrap(numbered(sent, step.count)));
                });
                case PAUSE -> connection.pause();
                case RESUME -> connection.resume();
                case READABLE -> connection.readable();
                case WRITABLE -> connection.writable();
                case BACK_INSIDE_A_WRITE -> transport.insideNextWrite(connection::writable);
                default -> { }
            }
            pool.run();
        }
        connection.resume();
        pool.run();
        assertThat(recorder.bytes()).isEqualTo(peers.toByteArray());
        transport.peerReads(Long.MAX_VALUE);
        pool.run();
        assertThat(transport.peerReceived()).isEqualTo(sent.toByteArray());
        assertThat(connection.queued()).isZero();
        connection.close();
        transport.peerEnds();
        pool.run();
        assertThat(recorder.events()).endsWith("closed");
        assertThat(transport.aborts()).isZero();
    }

    /** Returns this many bytes whose values depend on their positions. */
    private static byte[] numbered(ByteArrayOutputStream all, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) ((all.size() + i) % 251);
        all.writeBytes(bytes);
        return bytes;
    }

    private void send(SwitchedConnection connection, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) ((sent.size() + i) % 251);
        int number = sends++;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            connection.send(buffer, failure -> completions.add(number + (failure == null ? " sent" : " lost")));
            assertThat(buffer.hasRemaining()).isFalse();
            sent.writeBytes(bytes);
        } catch (IllegalStateException overflow) {
            sends--;
            refused++;
        }
    }

    private static void assertPrefix(byte[] start, byte[] whole) {
        assertThat(start.length).isLessThanOrEqualTo(whole.length);
        assertThat(start).isEqualTo(Arrays.copyOf(whole, start.length));
    }
}
