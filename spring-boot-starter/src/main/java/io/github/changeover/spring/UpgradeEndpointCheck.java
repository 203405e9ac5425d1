package io.github.changeover.spring;

import java.lang.reflect.Constructor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;

/**
 * Checks at the start that the constructors of {@code @UpgradeEndpoint} classes get their beans, because the first instance is made for the first connection
 * only. Makes no endpoint.
 */
final class UpgradeEndpointCheck implements SmartInitializingSingleton {
    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();
    private final ConfigurableListableBeanFactory factory;
    private final Supplier<Set<Class<?>>> endpoints;

    UpgradeEndpointCheck(ConfigurableListableBeanFactory factory, Supplier<Set<Class<?>>> endpoints) {
        this.factory = factory;
        this.endpoints = endpoints;
    }

    @Override
    public void afterSingletonsInstantiated() {
        for (Class<?> type : endpoints.get()) {
            if (SpringInstances.prototype(factory, type).isPresent()) continue;
            constructor(type).ifPresent(constructor -> check(type, constructor));
        }
    }

    /** Returns the constructor with parameters that Spring uses; empty if it uses the one without parameters. */
    private static Optional<Constructor<?>> constructor(Class<?> type) {
        List<Constructor<?>> all = List.of(type.getDeclaredConstructors());
        if (all.size() == 1) return Optional.of(all.get(0));
        List<Constructor<?>> chosen = all.stream().filter(each -> each.isAnnotationPresent(Autowired.class)).toList();
        if (chosen.size() == 1) return Optional.of(chosen.get(0));
        if (chosen.isEmpty() && all.stream().noneMatch(each -> each.getParameterCount() == 0)) {
            throw new IllegalStateException(type.getName() + " has several constructors: annotate the one that Spring is to use with @Autowired");
        }
        return Optional.empty();
    }

    private void check(Class<?> type, Constructor<?> constructor) {
        for (int i = 0; i < constructor.getParameterCount(); i++) {
            Class<?> wanted = constructor.getParameterTypes()[i];
            // Spring passes an empty collection if there is no bean; and a prototype would be made here.
            if (wanted.isArray() || Collection.class.isAssignableFrom(wanted) || Map.class.isAssignableFrom(wanted) || SpringInstances.prototype(factory, wanted).isPresent()) continue;
            DependencyDescriptor parameter = new DependencyDescriptor(new MethodParameter(constructor, i), true);
            parameter.initParameterNameDiscovery(NAMES);        // of two beans of one type, the name of the parameter decides
            try {
                factory.resolveDependency(parameter, type.getName());
            } catch (BeansException missing) {
                throw new UnsatisfiedDependencyException(null, type.getName(), new InjectionPoint(new MethodParameter(constructor, i)), missing);
            }
        }
    }
}
