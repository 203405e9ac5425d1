package io.github.changeover.management.export;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The Micrometer registry: the registry that the application has stored in its servlet context, or the global one. The only class that
 * depends on Micrometer. It is loaded only if that library is present.
 */
final class MicrometerRegistry implements MeterRegistryAdapter {
    private final MeterRegistry registry;
    private final Tags common;
    private final List<io.micrometer.core.instrument.Meter> added = new ArrayList<>();

    private MicrometerRegistry(MeterRegistry registry, Tags common) {
        this.registry = registry;
        this.common = common;
    }

    static MicrometerRegistry of(ServletContext context) {
        Object attribute = context.getAttribute(MeterRegistry.class.getName());
        // applications that share one Micrometer need separate meters
        boolean shared = Metrics.class.getClassLoader() != MicrometerRegistry.class.getClassLoader();
        return new MicrometerRegistry(attribute instanceof MeterRegistry registry ? registry : Metrics.globalRegistry,
                shared ? Tags.of("context", context.getContextPath()) : Tags.empty());
    }

    @Override
    public String name() {
        return "Micrometer";
    }

    @Override
    public void add(MeterDefinition meter, CachedMetrics reading) {
        added.add(meter instanceof MeterDefinition.Number number ? number(number, reading) : time((MeterDefinition.Time) meter, reading));
    }

    private io.micrometer.core.instrument.Meter number(MeterDefinition.Number number, CachedMetrics reading) {
        Tags tags = common.and(number.labels().entrySet().stream().map(label -> Tag.of(label.getKey(), label.getValue())).toList());
        String unit = number.unit().isEmpty() ? null : number.unit();
        return number.countsUp()
                ? FunctionCounter.builder(number.name(), reading, read -> number.value().applyAsDouble(read.counts())).tags(tags).baseUnit(unit)
                        .description(number.help()).register(registry)
                : Gauge.builder(number.name(), reading, read -> number.value().applyAsDouble(read.counts())).tags(tags).baseUnit(unit)
                        .description(number.help()).register(registry);
    }

    private io.micrometer.core.instrument.Meter time(MeterDefinition.Time time, CachedMetrics reading) {
        return FunctionTimer.builder(time.name(), reading, read -> time.value().apply(read.counts()).count(),
                read -> time.value().apply(read.counts()).sum(), TimeUnit.SECONDS).tags(common).description(time.help()).register(registry);
    }

    @Override
    public void clear() {
        added.forEach(registry::remove);
        added.clear();
    }
}
