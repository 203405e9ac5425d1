package io.github.changeover.websocket.engine;

import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.InstanceFactory;
import io.undertow.servlet.api.InstanceHandle;
import io.undertow.servlet.api.ListenerInfo;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EventListener;

/**
 * Leaves Undertow's own WebSocket engine out of an application in which Changeover serves WebSocket. When the application starts, that engine requires its own
 * {@code ServerContainer} in the context attribute, so WildFly would not start the application. WildFly's setting {@code enable-websockets} in {@code jboss-web.xml} has
 * no effect (WildFly 39).
 *
 * <p>Called by Undertow before all initializers. Its engine may have been called before, because the ServiceLoader of WildFly finds it first.
 */
public final class UndertowEngineRemoval implements ServletExtension {
    private static final String PACKAGE = "io.undertow.websockets.jsr.", SETTINGS = PACKAGE + "WebSocketDeploymentInfo", LISTENER = PACKAGE + "Bootstrap$WebSocketListener";

    /** Called by the ServiceLoader. */
    public UndertowEngineRemoval() {
    }

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        if (!WebSocketScan.serves(context)) return;
        deployment.getServletContextAttributes().remove(SETTINGS);          // if the engine is called later, it does nothing
        deployment.getListeners().replaceAll(listener -> listener.getListenerClass().getName().equals(LISTENER) ? endOnly(listener) : listener);
    }

    private static ListenerInfo endOnly(ListenerInfo engine) {
        return new ListenerInfo(EngineEnd.class, new EngineEndFactory(engine.getInstanceFactory()));
    }

    private record EngineEndFactory(InstanceFactory<? extends EventListener> engine) implements InstanceFactory<EngineEnd> {
        @Override
        public InstanceHandle<EngineEnd> createInstance() throws InstantiationException {
            InstanceHandle<? extends EventListener> listener = engine.createInstance();
            EngineEnd end = new EngineEnd((ServletContextListener) listener.getInstance());
            return new InstanceHandle<>() {
                @Override
                public EngineEnd getInstance() {
                    return end;
                }

                @Override
                public void release() {
                    listener.release();
                }
            };
        }
    }

    /** The listener of the engine at the end of the application only: the engine then forgets the class loader of the application, under which its client API keeps a container. */
    private record EngineEnd(ServletContextListener engine) implements ServletContextListener {
        @Override
        public void contextDestroyed(ServletContextEvent event) {
            engine.contextDestroyed(event);
        }
    }
}
