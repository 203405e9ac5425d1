package io.github.changeover.servlet;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextListener;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A servlet context of an unknown container. It records the mappings of filters. */
public final class FakeServletContext {
    final Map<String, Object> attributes = new HashMap<>();
    public final Map<String, String> parameters = new LinkedHashMap<>();
    final List<String> mappings = new ArrayList<>();
    final List<ServletContextListener> listeners = new ArrayList<>();
    final Map<String, FilterRegistration> others = new HashMap<>();
    String path = "";
    String virtualServer = "host";      // null: none; "throws": the getter throws
    public ClassLoader loader = FakeServletContext.class.getClassLoader();

    public final ServletContext context = (ServletContext) Proxy.newProxyInstance(FakeServletContext.class.getClassLoader(), new Class<?>[] {ServletContext.class},
            (self, method, arguments) -> switch (method.getName()) {
                case "getInitParameterNames" -> Collections.enumeration(parameters.keySet());
                case "getInitParameter" -> parameters.get(arguments[0]);
                case "getClassLoader" -> loader;
                case "getAttribute" -> attributes.get(arguments[0]);
                case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                case "removeAttribute" -> attributes.remove(arguments[0]);
                case "getAttributeNames" -> Collections.enumeration(List.copyOf(attributes.keySet()));
                case "getContextPath" -> path;
                case "getServerInfo" -> "Apache Tomcat/11.0.0 as it says";
                case "getVirtualServerName" -> virtualServer();
                case "getFilterRegistrations" -> others;
                case "addFilter" -> filter((String) arguments[0]);
                case "addListener" -> listeners.add((ServletContextListener) arguments[0]);
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == arguments[0];
                case "toString" -> "fake context";
                default -> throw new UnsupportedOperationException(method.getName());
            });

    private String virtualServer() {
        if ("throws".equals(virtualServer)) throw new UnsupportedOperationException("no virtual server here");
        return virtualServer;
    }

    private FilterRegistration.Dynamic filter(String name) {
        return (FilterRegistration.Dynamic) Proxy.newProxyInstance(FakeServletContext.class.getClassLoader(), new Class<?>[] {FilterRegistration.Dynamic.class},
                (self, method, arguments) -> {
                    if (method.getName().startsWith("addMapping")) mappings.add(name + " " + method.getName() + " " + arguments[1] + " " + ((String[]) arguments[2])[0]);
                    return null;
                });
    }

    /** Registers another filter of the application, mapped to the name of a servlet. */
    void mappedToName(String filter, String servlet) {
        others.put(filter, (FilterRegistration) Proxy.newProxyInstance(FakeServletContext.class.getClassLoader(), new Class<?>[] {FilterRegistration.class},
                (self, method, arguments) -> method.getName().equals("getServletNameMappings") ? List.of(servlet) : List.of()));
    }
}
