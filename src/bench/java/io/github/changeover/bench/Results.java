package io.github.changeover.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All figures of a run. What was not measured is empty. */
final class Results {
    final Map<Row, Map<Peer, Measured>> rows = new EnumMap<>(Row.class);
    final Map<Jvm, Map<Row, Map<Peer, Measured>>> otherJvms = new LinkedHashMap<>();
    final Map<Delay, Map<Peer, Delay.Percentiles>> delays = new EnumMap<>(Delay.class);
    final Map<Peer, Measured> coldStart = new EnumMap<>(Peer.class);
    final List<IdleMemory> memory = new ArrayList<>();
    private Held held;

    void held(Held measured) {
        held = measured;
    }

    Optional<Held> held() {
        return Optional.ofNullable(held);
    }

    Optional<Measured> row(Row row, Peer peer) {
        return Optional.ofNullable(rows.getOrDefault(row, Map.of()).get(peer));
    }

    Optional<Double> idle(Peer peer, boolean webSocket) {
        return memory.stream().filter(each -> each.peer() == peer && each.webSocket() == webSocket).map(IdleMemory::bytes).findFirst();
    }
}
