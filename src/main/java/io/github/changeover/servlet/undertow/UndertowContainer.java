package io.github.changeover.servlet.undertow;

import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import jakarta.servlet.ServletContext;

/**
 * Undertow 2.3, as a library. It is not supported yet: protocols are offered only if the operator allows it ({@code changeover.container=unchecked}). Then
 * {@link UndertowUpgrade} takes the connection of XNIO from Undertow, because the streams of its Servlet API send bytes twice if a client reads slowly.
 */
public final class UndertowContainer implements Container {
    private static final String CONTEXT = "io.undertow.servlet.spec.ServletContextImpl";
    private ConnectionUpgrade connectionUpgrade;
    private RequestRepair requestRepair = RequestRepair.NONE;
    private boolean servletApiOnly;

    /** Called by the ServiceLoader. */
    public UndertowContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        if (!context.getClass().getName().equals(CONTEXT)) return Fit.OTHER_CONTAINER;
        try {
            if (HttpServletRequestImpl.class.getClassLoader() != context.getClass().getClassLoader()) {
                throw new ClassNotFoundException("the application contains Undertow's classes in its own libraries, and does not see those of the server");
            }
            UndertowUpgrade.requireMembers();
            connectionUpgrade = new UndertowUpgrade();
            requestRepair = new UndertowRequestRepair();
            return Fit.COMPLETE;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return Fit.OTHER_CONTAINER;     // with "unchecked", the most careful use of the Servlet API
        }
    }

    @Override
    public RequestRepair requestRepair() {
        return requestRepair;
    }

    @Override
    public void useServletApiOnly() {
        connectionUpgrade = new Plain().connectionUpgrade();
        servletApiOnly = true;
    }

    @Override
    public ConnectionUpgrade connectionUpgrade() {
        return connectionUpgrade;
    }

    // ---- description

    @Override
    public String name() {
        return servletApiOnly ? "servlet edge, container unchecked" : "Undertow edge, container unchecked";
    }

    @Override
    public String deviations() {
        return "not known completely";
    }

    @Override
    public boolean mapsEveryServletByName() {
        return false;       // not tested
    }

    @Override
    public boolean initializesServletsInOrder() {
        return false;       // not tested
    }
}
