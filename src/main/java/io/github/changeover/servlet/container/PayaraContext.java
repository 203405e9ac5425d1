package io.github.changeover.servlet.container;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.util.List;

/** What Payara has behind a ServletContext. */
final class PayaraContext {
    private static final System.Logger LOG = System.getLogger(PayaraContext.class.getName());
    private static final String CORE = "org.apache.catalina.core.";

    private PayaraContext() {
    }

    /** Its {@code StandardContext}. */
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

    /** Takes the mappings of a filter away: the list that the context gives is its own. */
    static void leaveOut(ServletContext context, String filter) {
        try {
            for (FilterRegistration registration : context.getFilterRegistrations().values()) {
                if (!filter.equals(registration.getClassName())) continue;
                Object behind = behind(context);
                List<?> mappings = (List<?>) behind.getClass().getMethod("findFilterMaps").invoke(behind);
                mappings.removeIf(mapping -> registration.getName().equals(name(mapping)));
                if (!registration.getUrlPatternMappings().isEmpty()) throw new NoSuchFieldException("it is still mapped to " + registration.getUrlPatternMappings());
            }
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            LOG.log(System.Logger.Level.WARNING, "The container''s own filter {0} stays in ''{1}'', for this Payara is not as known: a WebSocket handshake that it cannot read is answered 500 ({2})",
                    filter, context.getContextPath(), unknown);
        }
    }

    private static Object name(Object mapping) {
        try {
            return mapping.getClass().getMethod("getFilterName").invoke(mapping);
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalStateException(unknown);
        }
    }
}
