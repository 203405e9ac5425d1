package io.github.changeover.topics;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.servlet.ServletContext;

/** Lets CDI inject {@link Topics}. Loaded by CDI only. */
public final class TopicsExtension implements Extension {
    /** Called by the ServiceLoader. */
    public TopicsExtension() {
    }

    void addBean(@Observes AfterBeanDiscovery discovery) {
        discovery.<Topics>addBean().types(Topics.class, Object.class).scope(Dependent.class)
                .produceWith(instances -> Topics.of(instances.select(ServletContext.class).get()));
    }
}
