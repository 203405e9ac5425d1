package io.github.changeover.spring;

import io.github.changeover.spi.InstanceFactory;
import java.util.List;
import java.util.Optional;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Makes handlers and endpoints with the bean factory: a new instance for each connection, destroyed at its end. If the application has one prototype bean of
 * the class, its definition is used, otherwise the constructor.
 */
final class SpringInstances implements InstanceFactory {
    private final ConfigurableListableBeanFactory factory;

    SpringInstances(ConfigurableListableBeanFactory factory) {
        this.factory = factory;
    }

    @Override
    public <T> Instance<T> create(Class<T> type) {
        Optional<String> prototype = prototype(factory, type);
        if (prototype.isPresent()) {
            T bean = factory.getBean(prototype.get(), type);
            return new Instance<>(bean, () -> factory.destroyBean(prototype.get(), bean));
        }
        T made = factory.createBean(type);
        return new Instance<>(made, () -> factory.destroyBean(made));
    }

    /** Returns the name of the only bean of a class if its scope is prototype. */
    static Optional<String> prototype(ListableBeanFactory factory, Class<?> type) {
        String[] names = factory.getBeanNamesForType(type);
        return names.length == 1 && factory.isPrototype(names[0]) ? Optional.of(names[0]) : Optional.empty();
    }

    @Override
    public <T> List<T> beans(Class<T> type) {
        return factory.getBeanProvider(type).orderedStream().toList();
    }
}
