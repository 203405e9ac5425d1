package io.github.changeover.servlet.jetty;

import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.Container;
import jakarta.servlet.ServletContext;
import org.eclipse.jetty.server.Request;

/**
 * Jetty 12.1 with Jakarta EE 10 or 11, where the application sees the server classes of Jetty: embedded Jetty does not hide them unless it uses the class
 * loader of {@code WebAppContext}. It is not supported yet: protocols are offered only if the operator allows it ({@code changeover.container=unchecked}).
 * Then {@link JettyUpgrade} takes the connection below the Servlet API, because after {@code upgrade()} Jetty parses the bytes of the connection as HTTP.
 */
public final class JettyContainer implements Container {
    private ConnectionUpgrade connectionUpgrade;

    /** Called by the ServiceLoader. */
    public JettyContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        String packages = JettyRequests.packagesOf(context);
        if (packages == null) return Fit.OTHER_CONTAINER;
        try {
            ClassLoader server = context.getClass().getClassLoader();
            if (Class.forName(Request.class.getName(), false, server) != Request.class) return Fit.OTHER_CONTAINER;        // the application has a copy of its own
            JettyUpgrade.requireMembers();
            connectionUpgrade = new JettyUpgrade(new JettyRequests(packages, server));
            return Fit.unsupportedVersion("Jetty is not supported yet");
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return Fit.OTHER_CONTAINER;     // with "unchecked", the most careful use of the Servlet API
        }
    }

    @Override
    public ConnectionUpgrade connectionUpgrade() {
        return connectionUpgrade;
    }

    // ---- description

    @Override
    public String name() {
        return "Jetty edge, container unchecked";
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
