package io.github.changeover.servlet.rules;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.spi.InstanceFactory.Instance;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Instances injected by CDI. This is the only class that uses the CDI API; it is loaded only if CDI is present. */
final class CdiInstances implements Instances {
    private static final System.Logger LOG = System.getLogger(CdiInstances.class.getName());
    private final CDI<Object> cdi;
    private final BeanManager beans;

    private CdiInstances(CDI<Object> cdi) {
        this.cdi = cdi;
        this.beans = cdi.getBeanManager();
    }

    /** @throws IllegalStateException if this application has no CDI */
    static CdiInstances current() {
        return new CdiInstances(CDI.current());
    }

    /** Injects whether or not the class is a bean: an endpoint needs no annotation except its own. */
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
    public boolean injected() {
        return true;
    }

    @Override
    public boolean firesEvents() {
        return true;
    }

    @Override
    public void fire(Object event) {
        beans.getEvent().fire(event);
    }

    @Override
    public <T> List<T> beans(Class<T> type) {
        return cdi.select(type).stream().toList();
    }

    /**
     * Returns a scope that activates the request context for each callback. A controller serves one activation at a time; unused controllers are kept
     * and reused.
     */
    @Override
    public ApplicationResources.CallbackScope requestScope() {
        Queue<RequestContextController> free = new ConcurrentLinkedQueue<>();
        return () -> {
            RequestContextController kept = free.poll();
            try {
                RequestContextController controller = kept != null ? kept : cdi.select(RequestContextController.class).get();
                if (!controller.activate()) {       // the thread already has a request context
                    free.add(controller);
                    return () -> { };
                }
                return () -> deactivate(controller, free);
            } catch (RuntimeException none) {
                LOG.log(System.Logger.Level.DEBUG, "The request scope of a callback could not be started", none);
                return () -> { };
            }
        };
    }

    private static void deactivate(RequestContextController controller, Queue<RequestContextController> free) {
        try {
            controller.deactivate();
            free.add(controller);
        } catch (RuntimeException gone) {
            LOG.log(System.Logger.Level.DEBUG, "The request scope of a callback could not be ended", gone);
        }
    }
}
