package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.adapter.InnermostRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import java.lang.reflect.Field;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.RequestFacade;
import org.apache.catalina.core.ApplicationContext;
import org.apache.catalina.core.ApplicationContextFacade;

/** Access to the objects of Tomcat behind those of the Servlet API. Must be loaded only if Tomcat's classes are available. */
final class TomcatFacades {
    private final Field request = field(RequestFacade.class, "request");

    TomcatFacades() throws ReflectiveOperationException {
    }

    /** Returns Tomcat's request behind a request and its wrappers; null if the innermost request is not Tomcat's. */
    Request request(ServletRequest given) throws ReflectiveOperationException {
        ServletRequest innermost = InnermostRequest.of(given);
        return innermost instanceof RequestFacade ? (Request) request.get(innermost) : null;
    }

    /** Returns the value of a field of Tomcat's {@code ApplicationContext} behind a ServletContext. */
    static <T> T inContext(ServletContext context, String name, Class<T> type) throws ReflectiveOperationException {
        Object applicationContext = field(ApplicationContextFacade.class, "context").get(context);
        return type.cast(field(ApplicationContext.class, name).get(applicationContext));
    }

    /** Returns a field of Tomcat that has no accessor. */
    static Field field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
