package io.github.changeover.spring;

import io.github.changeover.spi.InstanceFactory;
import java.util.List;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;

/** Makes handlers and endpoints with the bean factory: a new instance for each connection, with constructor injection, destroyed at its end. */
final class SpringInstances implements InstanceFactory {
    private final AutowireCapableBeanFactory factory;
    private final ListableBeanFactory beans;

    SpringInstances(AutowireCapableBeanFactory factory, ListableBeanFactory beans) {
        this.factory = factory;
        this.beans = beans;
    }

    @Override
    public <T> Instance<T> create(Class<T> type) {
        T made = factory.createBean(type);
        return new Instance<>(made, () -> factory.destroyBean(made));
    }

    @Override
    public <T> List<T> beans(Class<T> type) {
        return beans.getBeanProvider(type).orderedStream().toList();
    }
}
