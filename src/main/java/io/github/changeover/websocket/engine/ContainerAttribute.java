package io.github.changeover.websocket.engine;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.websocket.server.ServerContainer;
import java.util.Optional;
import org.glassfish.tyrus.server.TyrusServerContainer;

/**
 * Sets the context attribute in which applications look up the {@code ServerContainer} (Jakarta WebSocket section 6.4).
 *
 * <p>The order of initializers is undefined, and the container's own Tyrus may set the attribute before or after Changeover. Tyrus up to 2.1 keeps an
 * existing value; Tyrus 2.2, as in Payara 7, replaces it. In both cases, the filter of the container's Tyrus starts the container that it finds in the
 * attribute when filters are initialized, and requires a container of Tyrus. Therefore this listener restores Changeover's value immediately, before a
 * listener of the application can add endpoints to the other container. An engine other than Tyrus requires its own container, so its value is kept.
 */
final class ContainerAttribute implements ServletContextAttributeListener {
    private static final String NAME = ServerContainer.class.getName(), SET = ContainerAttribute.class.getName();

    private final EndpointContainer ours;

    private ContainerAttribute(EndpointContainer ours) {
        this.ours = ours;
    }

    /** Sets the attribute and restores it when Tyrus replaces it. Must be called in an initializer. */
    static void set(ServletContext context, EndpointContainer ours) {
        context.addListener(new ContainerAttribute(ours));
        context.setAttribute(NAME, ours);
        context.setAttribute(SET, true);
    }

    /** Whether {@link #set} was called for this application. */
    static boolean wasSet(ServletContext context) {
        return context.getAttribute(SET) != null;
    }

    /** Returns the container of Changeover; empty if another engine has replaced it. */
    static Optional<EndpointContainer> ours(ServletContext context) {
        return context.getAttribute(NAME) instanceof EndpointContainer ours ? Optional.of(ours) : Optional.empty();
    }

    /** Returns the class name of the attribute's value, or "none". */
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
