package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.rules.Instances;
import io.github.changeover.spi.InstanceFactory;
import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.ErrorCollector;

/**
 * Endpoint instances from the factory of a framework, one for each session. Tyrus calls this service. A {@code Configurator} of the application that
 * makes its own instances is called instead.
 */
final class EndpointInstances extends ComponentProviderService {
    private static final System.Logger LOG = System.getLogger(EndpointInstances.class.getName());
    private final InstanceFactory factory;
    private final Map<Session, InstanceFactory.Instance<?>> inUse = new ConcurrentHashMap<>();

    private EndpointInstances(ComponentProviderService others, InstanceFactory factory) {
        super(others);
        this.factory = factory;
    }

    /** Returns the service of Tyrus, with the factory of a framework if the application has one. */
    static ComponentProviderService of(ServletContext context) {
        ComponentProviderService tyrus = ComponentProviderService.create();
        Optional<InstanceFactory> given = Instances.given(context);
        return given.isEmpty() ? tyrus : new EndpointInstances(tyrus, given.get());
    }

    /** Returns the endpoint of a session. Called for each event of the session. */
    @Override
    public <T> Object getInstance(Class<T> type, Session session, ErrorCollector errors) {
        InstanceFactory.Instance<?> made = inUse.get(session);
        if (made != null) return made.value();
        try {
            made = factory.create(type);
        } catch (RuntimeException | LinkageError failure) {
            LOG.log(System.Logger.Level.ERROR, "The WebSocket endpoint " + type.getName() + " cannot be instantiated; its session is closed with 1011", failure);
            errors.addException(new DeploymentException("The endpoint " + type.getName() + " cannot be instantiated: " + failure.getMessage(), failure));
            return null;
        }
        inUse.put(session, made);
        return made.value();
    }

    @Override
    public void removeSession(Session session) {
        super.removeSession(session);
        InstanceFactory.Instance<?> ended = inUse.remove(session);
        if (ended != null) ended.release().run();
    }
}
