package io.github.changeover.websocket.engine;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;

/** Passes a checked handshake to the container's engine. */
interface ContainerEngineHandshake {
    /**
     * @param type       the endpoint's class
     * @param path       its path template
     * @param parameters the values of the template's variables
     */
    void passOn(HttpServletRequest request, HttpServletResponse response, Class<?> type, String path, Map<String, String> parameters)
            throws IOException, ServletException;

    /**
     * Returns the way to pass a handshake to this engine. For Tomcat it is Tomcat's own filter, which knows the deployed endpoints. For any other engine
     * it is the method that Jakarta WebSocket 2.1 specifies for this.
     */
    static ContainerEngineHandshake to(ServerContainer engine, ServletContext context) {
        if (!engine.getClass().getName().startsWith("org.apache.tomcat.")) return byMethod(engine);
        try {
            Filter filter = (Filter) Class.forName("org.apache.tomcat.websocket.server.WsFilter", true, engine.getClass().getClassLoader())
                    .getDeclaredConstructor().newInstance();
            filter.init(new ContainerFilterConfig(context));
            return (request, response, type, path, parameters) -> filter.doFilter(request, response, (ordinary, answer) ->
                    ((HttpServletResponse) answer).sendError(404, "Tomcat has no WebSocket endpoint at this path"));
        } catch (ReflectiveOperationException | ServletException | LinkageError unfit) {
            throw new IllegalStateException("The WebSocket engine of this Tomcat version is not supported; do not set changeover.websocket.engine", unfit);
        }
    }

    private static ContainerEngineHandshake byMethod(ServerContainer engine) {
        return (request, response, type, path, parameters) -> {
            try {
                engine.upgradeHttpToWebSocket(request, response, ServerEndpointConfig.Builder.create(type, path).build(), parameters);
            } catch (DeploymentException refused) {
                throw new ServletException(refused);
            }
        };
    }

    /** The configuration of a filter that is not registered in the container. */
    record ContainerFilterConfig(ServletContext getServletContext) implements FilterConfig {
        @Override
        public String getFilterName() {
            return "changeover-websocket-engine";
        }

        @Override
        public String getInitParameter(String name) {
            return null;
        }

        @Override
        public Enumeration<String> getInitParameterNames() {
            return Collections.emptyEnumeration();
        }
    }
}
