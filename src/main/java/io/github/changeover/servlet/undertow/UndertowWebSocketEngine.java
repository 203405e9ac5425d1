package io.github.changeover.servlet.undertow;

import io.undertow.servlet.api.InstanceFactory;
import io.undertow.servlet.api.InstanceHandle;
import io.undertow.servlet.api.ListenerInfo;
import io.undertow.servlet.spec.ServletContextImpl;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EventListener;

/**
 * Undertow's own WebSocket engine. Its listener adds the filter of the engine when the application starts, and requires the {@code ServerContainer} of the engine in the context attribute; with
 * another one, WildFly does not start the application. WildFly's setting {@code enable-websockets} in {@code jboss-web.xml} has no effect (WildFly 39).
 */
final class UndertowWebSocketEngine {
    private static final String LISTENER = "io.undertow.websockets.jsr.Bootstrap$WebSocketListener";

    private UndertowWebSocketEngine() {
    }

    /** Prevents the listener from adding the filter. Must be called by an initializer: Undertow creates its listeners after all initializers. */
    static void disable(ServletContext context) {
        if (!(context instanceof ServletContextImpl undertows)) return;
        for (ListenerInfo listener : undertows.getDeployment().getDeploymentInfo().getListeners()) {
            if (listener.getListenerClass().getName().equals(LISTENER)) listener.setInstanceFactory(new EndOnly(listener.getInstanceFactory()));
        }
    }

    /** Makes a listener that calls the one of the engine at the end of the application only. The engine then forgets the class loader of the application. */
    private record EndOnly(InstanceFactory<? extends EventListener> engine) implements InstanceFactory<ServletContextListener> {
        @Override
        public InstanceHandle<ServletContextListener> createInstance() throws InstantiationException {
            InstanceHandle<? extends EventListener> handle = engine.createInstance();
            ServletContextListener listener = (ServletContextListener) handle.getInstance();
            return new InstanceHandle<>() {
                @Override
                public ServletContextListener getInstance() {
                    return new ServletContextListener() {
                        @Override
                        public void contextDestroyed(ServletContextEvent event) {
                            listener.contextDestroyed(event);
                        }
                    };
                }

                @Override
                public void release() {
                    handle.release();
                }
            };
        }
    }
}
