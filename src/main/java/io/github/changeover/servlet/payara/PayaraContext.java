package io.github.changeover.servlet.payara;

import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;

/** Access to the internal objects of Payara behind a ServletContext. */
final class PayaraContext {
    private static final System.Logger LOG = System.getLogger(PayaraContext.class.getName());
    private static final String CORE = "org.apache.catalina.core.";

    private PayaraContext() {
    }

    /** Returns the {@code StandardContext}. */
    static Object behind(ServletContext context) throws ReflectiveOperationException {
        Object behind = context;
        while (!behind.getClass().getName().equals(CORE + "ApplicationContext")) {
            behind = field(named(behind.getClass(), CORE + "ApplicationContextFacade")).get(behind);
        }
        return field(behind.getClass()).get(behind);
    }

    private static Class<?> named(Class<?> type, String name) throws ClassNotFoundException {
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
    static void leaveOut(ServletContext context, String filter) {
        try {
            Object behind = behind(context);
            Method definition = behind.getClass().getMethod("findFilterDef", String.class);
            List<?> mappings = (List<?>) behind.getClass().getMethod("findFilterMaps").invoke(behind);
            for (Object mapping : List.copyOf(mappings)) {
                Object name = call(mapping, "getFilterName");
                Object found = definition.invoke(behind, name);
                if (found == null || !filter.equals(call(found, "getFilterClassName"))) continue;
                mappings.remove(mapping);
                if (((List<?>) behind.getClass().getMethod("findFilterMaps").invoke(behind)).contains(mapping)) throw new NoSuchFieldException(name + " is still mapped");
            }
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            LOG.log(System.Logger.Level.WARNING, "The container''s own filter {0} stays in ''{1}'', for this Payara is not as known: a WebSocket handshake that it cannot read is answered 500 ({2})",
                    filter, context.getContextPath(), unknown);
        }
    }

    private static Object call(Object on, String method) throws ReflectiveOperationException {
        return on.getClass().getMethod(method).invoke(on);
    }
}
