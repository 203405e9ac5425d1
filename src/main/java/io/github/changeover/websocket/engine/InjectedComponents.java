package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.rules.Injection;
import org.glassfish.tyrus.core.ComponentProvider;

/**
 * Injects CDI beans into endpoints, encoders and decoders if the application contains Tyrus and CDI, as with Weld on Tomcat. A container that contains
 * Tyrus has its own provider. Tyrus finds this class as a service; only the JAR {@code changeover-websocket} declares it.
 */
public final class InjectedComponents extends ComponentProvider {
    /** Called by Tyrus. */
    public InjectedComponents() {
    }

    @Override
    public boolean isApplicable(Class<?> type) {
        return ComponentProvider.class.getClassLoader() == InjectedComponents.class.getClassLoader() && type.getClassLoader() == InjectedComponents.class.getClassLoader()
                && Injection.of(type);
    }

    @Override
    public <T> Object create(Class<T> type) {
        return Injection.create(type).value();
    }

    @Override
    public boolean destroy(Object component) {
        return false;
    }
}
