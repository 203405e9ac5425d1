package io.github.changeover.websocket.engine;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.websocket.server.ServerContainer;
import java.util.Optional;
import org.glassfish.tyrus.server.TyrusServerContainer;

/**
 * The attribute of the application in which programs look for the {@code ServerContainer} (Jakarta WebSocket section 6.4).
 *
 * <p>Initializers run in any order, and the container's own Tyrus may set the attribute before or after us. Until 2.1 it leaves one
 * that is there; 2.2, as in Payara 7, replaces it. Either way its filter starts the one that is there when filters are initialised, and
 * needs one of Tyrus: so ours is put back at once, before a listener of the application can add endpoints to the other one. An
 * engine that is not Tyrus needs its own, and keeps the attribute.
 */
final class ContainerAttribute implements ServletContextAttributeListener {
    private static final String NAME = ServerContainer.class.getName(), SET = ContainerAttribute.class.getName();

    private final EndpointContainer ours;

    private ContainerAttribute(EndpointContainer ours) {
        this.ours = ours;
    }

    /** Sets it, and keeps it. In an initializer. */
    static void set(ServletContext context, EndpointContainer ours) {
        context.addListener(new ContainerAttribute(ours));
        context.setAttribute(NAME, ours);
        context.setAttribute(SET, true);
    }

    /** Whether it was set here at all. */
    static boolean wasSet(ServletContext context) {
        return context.getAttribute(SET) != null;
    }

    /** Ours, unless another engine has taken its place since. */
    static Optional<EndpointContainer> ours(ServletContext context) {
        return context.getAttribute(NAME) instanceof EndpointContainer ours ? Optional.of(ours) : Optional.empty();
    }

    /** The name of the class of what is there. */
    static String found(ServletContext context) {
        Object found = context.getAttribute(NAME);
        return found == null ? "none" : found.getClass().getName();
    }

    @Override
    public void attributeAdded(ServletContextAttributeEvent event) {
        keep(event);
    }

    @Override
    public void attributeReplaced(ServletContextAttributeEvent event) {
        keep(event);
    }

    private void keep(ServletContextAttributeEvent event) {
        if (!event.getName().equals(NAME)) return;
        ServletContext context = event.getServletContext();
        Object found = context.getAttribute(NAME);
        if (found != ours && found instanceof TyrusServerContainer) context.setAttribute(NAME, ours);
    }
}
