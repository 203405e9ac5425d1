package io.github.changeover.spring;

import java.lang.reflect.Constructor;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;

/**
 * Checks at the start that the constructors of {@code @UpgradeEndpoint} classes get their beans, because the first instance is made for the first connection
 * only. Makes no instance.
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
            Constructor<?>[] constructors = type.getDeclaredConstructors();
            if (constructors.length == 1) check(type, constructors[0]);      // of several constructors, Spring chooses one when it makes an instance
        }
    }

    private void check(Class<?> type, Constructor<?> constructor) {
        for (int i = 0; i < constructor.getParameterCount(); i++) {
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
