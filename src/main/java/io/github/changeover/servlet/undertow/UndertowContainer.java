package io.github.changeover.servlet.undertow;

import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import jakarta.servlet.ServletContext;

/**
 * Undertow 2.3, as a library and in WildFly. {@link UndertowUpgrade} takes the connection of XNIO from Undertow, because the streams of its Servlet API send bytes twice if a client reads
 * slowly.
 */
public final class UndertowContainer implements Container {
    private static final String CONTEXT = "io.undertow.servlet.spec.ServletContextImpl";
    private ConnectionUpgrade connectionUpgrade;
    private RequestRepair requestRepair = RequestRepair.NONE;

    /** Called by the ServiceLoader. */
    public UndertowContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        if (!context.getClass().getName().equals(CONTEXT)) return Fit.OTHER_CONTAINER;
        try {
            if (HttpServletRequestImpl.class.getClassLoader() != context.getClass().getClassLoader()) return Fit.OTHER_CONTAINER;        // the application has a copy of its own
            UndertowUpgrade.requireMembers();
            connectionUpgrade = new UndertowUpgrade();
            requestRepair = new UndertowRequestRepair();
            return Fit.COMPLETE;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException notVisible) {
            return Fit.OTHER_CONTAINER;     // with "unchecked", the most careful use of the Servlet API
        }
    }

    @Override
    public RequestRepair requestRepair() {
        return requestRepair;
    }

    @Override
    public ConnectionUpgrade connectionUpgrade() {
        return connectionUpgrade;
    }

    @Override
    public void disableWebSocketEngine(ServletContext context) {
        UndertowWebSocketEngine.disable(context);
    }

    // ---- description

    @Override
    public String name() {
        return "Undertow edge";
    }

    @Override
    public String deviations() {
        return "before TLS 1.3, close_notify of the client ends both directions";
    }
}
