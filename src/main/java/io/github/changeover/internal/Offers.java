package io.github.changeover.internal;

import io.github.changeover.spi.Gate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Everything that the code of an application offers now. Immutable.
 *
 * @param paths the offers of paths
 * @param gates the checks for every path, in order
 */
public record Offers(List<OfferedPath> paths, List<Gate> gates) {
    public static final Offers NONE = new Offers(List.of(), List.of());

    public Offers {
        paths = List.copyOf(paths);
        gates = List.copyOf(gates);
    }

    /** Returns the offers with a change of one path. */
    Offers withPath(String template, UnaryOperator<OfferedPath> change) {
        List<OfferedPath> changed = new ArrayList<>(paths);
        for (int i = 0; i < changed.size(); i++) {
            if (!changed.get(i).template().equals(template)) continue;
            changed.set(i, change.apply(changed.get(i)));
            return new Offers(changed, gates);
        }
        changed.add(change.apply(OfferedPath.of(template)));
        return new Offers(changed, gates);
    }

    Offers withGate(Gate gate) {
        List<Gate> all = new ArrayList<>(gates);
        all.add(gate);
        return new Offers(paths, all);
    }
}
