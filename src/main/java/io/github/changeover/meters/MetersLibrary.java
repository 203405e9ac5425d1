package io.github.changeover.meters;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.observe.Observatory;
import io.github.changeover.servlet.ProtocolLibrary;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Finds the application's metrics libraries. The meters are registered in them from the start to the end of the application. */
public final class MetersLibrary implements ProtocolLibrary {
    private static final System.Logger LOG = System.getLogger(MetersLibrary.class.getName());
    private static final String ON = "changeover.meters";
    private static final Started OFF = new Started() {
    };

    /** For the ServiceLoader. */
    public MetersLibrary() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(ON);
    }

    @Override
    public Started start(Start start) {
        if (!start.settings().flag(ON).orElse(true)) return OFF;
        ServletContext context = start.context();
        List<Registry> found = new ArrayList<>();
        where(() -> Optional.of(MicrometerRegistry.of(context))).ifPresent(found::add);
        where(MicroProfileRegistry::current).ifPresent(found::add);
        return found.isEmpty() ? OFF : new On(new Reading(() -> Observatory.of(context).orElseThrow().counts()), found, new HashSet<>());
    }

    /** Loads the classes of the library inside the supplier. A missing library gives an empty result. */
    private static Optional<Registry> where(Supplier<Optional<Registry>> library) {
        try {
            return library.get();
        } catch (LinkageError absent) {
            return Optional.empty();
        }
    }

    /**
     * @param reading referenced here, because Micrometer has only a weak reference to it
     * @param there   the keys of the registered meters
     */
    private record On(Reading reading, List<Registry> registries, Set<String> there) implements Started {
        @Override
        public String describe() {
            return "The meters are in " + registries.stream().map(Registry::name).collect(Collectors.joining(" and "));
        }

        @Override
        public void rules(PathPolicy policy) {
            reading.forget();
            List<Meter> meters = Meter.all(reading.counts()).stream().filter(meter -> there.add(meter.key())).toList();
            registries.forEach(registry -> fill(registry, meters));
        }

        /** A registry that rejects the meters, for example because a name is already used differently, does not stop the application. */
        private void fill(Registry registry, List<Meter> meters) {
            try {
                meters.forEach(meter -> registry.add(meter, reading));
            } catch (RuntimeException refused) {
                LOG.log(System.Logger.Level.WARNING, registry.name() + " does not take the meters", refused);
                registry.clear();
            }
        }

        @Override
        public void close() {
            registries.forEach(MetersLibrary::clear);
        }
    }

    private static void clear(Registry registry) {
        try {
            registry.clear();
        } catch (RuntimeException | LinkageError failed) {
            LOG.log(System.Logger.Level.WARNING, "The meters stay in " + registry.name(), failed);
        }
    }
}
