package io.github.changeover.servlet.jetty;

import io.github.changeover.servlet.adapter.InnermostRequest;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/**
 * Finds the request of Jetty's core behind a request of the Servlet API. The core is the same for every version of Jakarta EE, but the classes of the Servlet
 * API are in a package for each version, so reflection finds them.
 */
final class JettyRequests {
    private static final Pattern CONTEXT = Pattern.compile("(org\\.eclipse\\.jetty\\.ee1[01]\\.)(servlet|webapp)\\..*");

    private final Class<?> requestClass;
    private final MethodHandle getRequest;

    /** @param packages the result of {@link #packagesOf} */
    JettyRequests(String packages, ClassLoader server) throws ReflectiveOperationException {
        requestClass = Class.forName(packages + "servlet.ServletApiRequest", false, server);
        getRequest = MethodHandles.publicLookup().findVirtual(requestClass, "getRequest", MethodType.methodType(Request.class))
                .asType(MethodType.methodType(Request.class, ServletRequest.class));
    }

    /** Returns the beginning of the package names for the version of Jakarta EE; null if the context is not one of Jetty 12. Loads no class. */
    static String packagesOf(ServletContext context) {
        Matcher name = CONTEXT.matcher(context.getClass().getName());
        return name.matches() ? name.group(1) : null;
    }

    /** Returns the request of the core, without wrappers; empty if a filter has replaced the request by an object that is no wrapper. */
    Optional<Request> coreRequest(ServletRequest request) {
        ServletRequest innermost = InnermostRequest.of(request);
        if (!requestClass.isInstance(innermost)) return Optional.empty();
        try {
            return Optional.of(Request.unWrap((Request) getRequest.invokeExact(innermost)));
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable undeclared) {
            throw new IllegalStateException(undeclared);
        }
    }
}
