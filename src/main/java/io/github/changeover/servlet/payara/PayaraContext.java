package io.github.changeover.servlet.payara;

import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;

/** Access to the internal objects of Payara or GlassFish behind a ServletContext. */
final class PayaraContext {
    private static final System.Logger LOG = System.getLogger(PayaraContext.class.getName());
    private static final String CORE = "org.apache.catalina.core.";

    private PayaraContext() {
    }

    /** Returns the {@code StandardContext}. */
    static Object standardContext(ServletContext context) throws ReflectiveOperationException {
        Object facade = context;
        while (!facade.getClass().getName().equals(CORE + "ApplicationContext")) {
            facade = field(superclass(facade.getClass(), CORE + "ApplicationContextFacade")).get(facade);
        }
        return field(facade.getClass()).get(facade);
    }

    private static Class<?> superclass(Class<?> type, String name) throws ClassNotFoundException {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            if (at.getName().equals(name)) return at;
        }
        throw new ClassNotFoundException(name + " is not " + type);
    }

    private static Field field(Class<?> type) throws ReflectiveOperationException {
        Field field = type.getDeclaredField("context");
        field.setAccessible(true);
        return field;
    }

    /**
     * Removes the mappings of a filter from the list that the context returns, which is not a copy. On Payara 6, a listener must not read the filters
     * from the ServletContext.
     */
    static void removeFilterMappings(ServletContext context, String filterClass) {
        try {
            Object standardContext = standardContext(context);
            Method definition = standardContext.getClass().getMethod("findFilterDef", String.class);
            List<?> mappings = (List<?>) standardContext.getClass().getMethod("findFilterMaps").invoke(standardContext);
            for (Object mapping : List.copyOf(mappings)) {
                Object name = call(mapping, "getFilterName");
                Object found = definition.invoke(standardContext, name);
                if (found == null || !filterClass.equals(call(found, "getFilterClassName"))) continue;
                mappings.remove(mapping);
                if (((List<?>) standardContext.getClass().getMethod("findFilterMaps").invoke(standardContext)).contains(mapping)) throw new NoSuchFieldException(name + " is still mapped");
            }
        } catch (ReflectiveOperationException | RuntimeException unsupported) {
            LOG.log(System.Logger.Level.WARNING, "Unsupported version of the container: its own filter {0} cannot be removed from ''{1}''. A WebSocket handshake that it cannot read gets the response 500 ({2})",
                    filterClass, context.getContextPath(), unsupported);
        }
    }

    private static Object call(Object on, String method) throws ReflectiveOperationException {
        return on.getClass().getMethod(method).invoke(on);
    }
}
