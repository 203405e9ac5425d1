package io.github.changeover.management.export;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * The MicroProfile registry of the application scope, obtained through CDI. Every meter is a gauge with the names of the OpenMetrics
 * samples, because MicroProfile has no counter that gets its value from a function. The only class that depends on MicroProfile Metrics. It
 * is loaded only if that library is present.
 */
final class MicroProfileRegistry implements MeterRegistryAdapter {
    private final MetricRegistry registry;
    private final List<MetricID> added = new ArrayList<>();

    /** The injection point for the registry: on Payara, a lookup without one fails. */
    static final class Point {
        @Inject
        private MetricRegistry registry;
    }

    private MicroProfileRegistry(MetricRegistry registry) {
        this.registry = registry;
    }

    /** Returns the registry. The result is empty if the application has no CDI or the server has no metrics. */
    static Optional<MeterRegistryAdapter> current() {
        try {
            Unmanaged.UnmanagedInstance<Point> point = new Unmanaged<>(CDI.current().getBeanManager(), Point.class).newInstance().produce().inject();
            return Optional.of(new MicroProfileRegistry(point.get().registry));
        } catch (RuntimeException none) {
            System.getLogger(MicroProfileRegistry.class.getName()).log(System.Logger.Level.DEBUG, "This application has no registry of MicroProfile Metrics", none);
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return "MicroProfile Metrics";
    }

    @Override
    public void add(MeterDefinition meter, CachedMetrics reading) {
        String name = meter instanceof MeterDefinition.Number number ? number.name() : ((MeterDefinition.Time) meter).name();
        String sample = name.replace('.', '_');
        if (meter instanceof MeterDefinition.Number number) {
            Tag[] tags = number.labels().entrySet().stream().map(label -> new Tag(label.getKey(), label.getValue())).toArray(Tag[]::new);
            gauge(sample + (number.countsUp() ? "_total" : ""), number.help(), () -> number.value().applyAsDouble(reading.counts()), tags);
        } else if (meter instanceof MeterDefinition.Time time) {
            gauge(sample + "_seconds_count", time.help(), () -> (double) time.value().apply(reading.counts()).count());
            gauge(sample + "_seconds_sum", time.help(), () -> time.value().apply(reading.counts()).sum());
        }
    }

    private void gauge(String name, String help, Supplier<Double> value, Tag... tags) {
        registry.gauge(Metadata.builder().withName(name).withDescription(help).build(), value, tags);
        added.add(new MetricID(name, tags));
    }

    @Override
    public void clear() {
        added.forEach(registry::remove);
        added.clear();
    }
}
