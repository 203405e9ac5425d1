package io.github.changeover.management.export;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.negotiation.PathPolicy;
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
public final class MetricsExportLibrary implements ProtocolLibrary {
    private static final System.Logger LOG = System.getLogger(MetricsExportLibrary.class.getName());
    private static final String ON = "changeover.meters";
    private static final Started NOT_STARTED = new Started() {
    };

    /** For the ServiceLoader. */
    public MetricsExportLibrary() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(ON);
    }

    @Override
    public Started start(Start start) {
        if (!start.settings().flag(ON).orElse(true)) return NOT_STARTED;
        ServletContext context = start.context();
        List<MeterRegistryAdapter> found = new ArrayList<>();
        found(() -> Optional.of(MicrometerRegistry.of(context))).ifPresent(found::add);
        found(MicroProfileRegistry::current).ifPresent(found::add);
        return found.isEmpty() ? NOT_STARTED : new StartedExport(new CachedMetrics(() -> UpgradeManagement.of(context).orElseThrow().counts()), found, new HashSet<>());
    }

    /** Loads the classes of the library inside the supplier. A missing library gives an empty result. */
    private static Optional<MeterRegistryAdapter> found(Supplier<Optional<MeterRegistryAdapter>> library) {
        try {
            return library.get();
        } catch (LinkageError absent) {
            return Optional.empty();
        }
    }

    /**
     * @param reading referenced here, because Micrometer has only a weak reference to it
     * @param registered   the keys of the registered meters
     */
    private record StartedExport(CachedMetrics reading, List<MeterRegistryAdapter> registries, Set<String> registered) implements Started {
        @Override
        public String describe() {
            return "The metrics are exported to " + registries.stream().map(MeterRegistryAdapter::name).collect(Collectors.joining(" and "));
        }

        @Override
        public void rules(PathPolicy policy) {
            reading.invalidate();
            List<MeterDefinition> meters = MeterDefinition.all(reading.counts()).stream().filter(meter -> registered.add(meter.key())).toList();
            registries.forEach(registry -> fill(registry, meters));
        }

        /** A registry that rejects the meters, for example because a name is already used differently, does not stop the application. */
        private void fill(MeterRegistryAdapter registry, List<MeterDefinition> meters) {
            try {
                meters.forEach(meter -> registry.add(meter, reading));
            } catch (RuntimeException refused) {
                LOG.log(System.Logger.Level.WARNING, registry.name() + " rejected the metrics", refused);
                registry.clear();
            }
        }

        @Override
        public void close() {
            registries.forEach(MetricsExportLibrary::clear);
        }
    }

    private static void clear(MeterRegistryAdapter registry) {
        try {
            registry.clear();
        } catch (RuntimeException | LinkageError failed) {
            LOG.log(System.Logger.Level.WARNING, "The metrics could not be removed from " + registry.name(), failed);
        }
    }
}
