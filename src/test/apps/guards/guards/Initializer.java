package guards;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.Set;

/** Adds filters as frameworks do: one before all others, and one for a servlet name, after all others. */
public final class Initializer implements ServletContainerInitializer {
    @Override
    public void onStartup(Set<Class<?>> none, ServletContext context) {
        FilterRegistration.Dynamic front = context.addFilter("initializer-front", Guard.class);
        front.setAsyncSupported(true);
        front.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        FilterRegistration.Dynamic named = context.addFilter("initializer-named", Guard.class);
        named.setAsyncSupported(true);
        named.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "page");
    }
}
