package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.Injection;
import org.glassfish.tyrus.core.ComponentProvider;

/**
 * Has endpoints, encoders and decoders injected where the application brings Tyrus and CDI, as with Weld on Tomcat. A container that brings Tyrus
 * brings a provider of its own. Found by Tyrus as a service, of the JAR {@code changeover-websocket} only.
 */
public final class InjectedComponents extends ComponentProvider {
    /** For Tyrus. */
    public InjectedComponents() {
    }

    @Override
    public boolean isApplicable(Class<?> type) {
        return ComponentProvider.class.getClassLoader() == InjectedComponents.class.getClassLoader() && type.getClassLoader() == InjectedComponents.class.getClassLoader()
                && Injection.of(type);
    }

    @Override
    public <T> Object create(Class<T> type) {
        return Injection.make(type).value();
    }

    @Override
    public boolean destroy(Object component) {
        return false;
    }
}
