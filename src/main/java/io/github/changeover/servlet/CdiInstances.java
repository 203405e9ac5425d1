package io.github.changeover.servlet;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;
import java.util.List;
import java.util.function.Supplier;

/** Instances injected by CDI. The only class that knows CDI; it is loaded where CDI is. */
final class CdiInstances implements Instances {
    private final CDI<Object> cdi;
    private final BeanManager beans;

    private CdiInstances(CDI<Object> cdi) {
        this.cdi = cdi;
        this.beans = cdi.getBeanManager();
    }

    /** @throws IllegalStateException when this application has no CDI */
    static CdiInstances current() {
        return new CdiInstances(CDI.current());
    }

    /** Injected whether or not the class is a bean: an endpoint needs no annotation but its own. */
    @Override
    public <T> Supplier<Instance<T>> of(Class<T> type) {
        Unmanaged<T> injected = new Unmanaged<>(beans, type);
        return () -> {
            Unmanaged.UnmanagedInstance<T> instance = injected.newInstance();
            instance.produce().inject().postConstruct();
            return new Instance<>(instance.get(), () -> instance.preDestroy().dispose());
        };
    }

    @Override
    public <T> List<T> beans(Class<T> type) {
        return cdi.select(type).stream().toList();
    }
}
