package io.github.changeover.relay;

import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Keeps what a relay delivers. */
public final class RecordingReceiver implements Relay.Receiver {
    private record Received(String channel, byte[] message) { }

    private final List<Received> messages = new ArrayList<>();
    private final List<Boolean> connections = new ArrayList<>();

    @Override
    public synchronized void received(String channel, byte[] message) {
        messages.add(new Received(channel, message));
    }

    @Override
    public synchronized void connected(boolean connected) {
        connections.add(connected);
    }

    public synchronized List<byte[]> bytes(String channel) {
        return messages.stream().filter(each -> each.channel().equals(channel)).map(Received::message).toList();
    }

    public List<String> texts(String channel) {
        return bytes(channel).stream().map(String::new).toList();
    }

    public synchronized List<Boolean> connections() {
        return List.copyOf(connections);
    }

    public RecordingReceiver awaitMessages(String channel, int count) {
        await(Duration.ofSeconds(20), () -> bytes(channel).size() >= count, () -> bytes(channel).size() + " of " + count + " messages on " + channel);
        return this;
    }

    public RecordingReceiver awaitConnections(Boolean... states) {
        await(Duration.ofSeconds(20), () -> connections().equals(List.of(states)), () -> connections().toString());
        return this;
    }

    public static void await(Duration time, BooleanSupplier condition, java.util.function.Supplier<String> state) {
        long end = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) fail("After " + time.toSeconds() + " seconds: " + state.get());
            try {
                Thread.sleep(10);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }
}
