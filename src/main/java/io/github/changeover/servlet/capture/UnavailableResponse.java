package io.github.changeover.servlet.capture;

import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A placeholder for the real response of a {@link CapturedResponse}. Rejects every call, because the call would bypass the capture. */
final class UnavailableResponse {
    private static final HttpServletResponse RESPONSE = (HttpServletResponse) Proxy.newProxyInstance(
            HttpServletResponse.class.getClassLoader(), new Class<?>[] {HttpServletResponse.class}, UnavailableResponse::invoke);

    private UnavailableResponse() {
    }

    static HttpServletResponse response() {
        return RESPONSE;
    }

    private static Object invoke(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> "the response behind a captured one";
            default -> throw new IllegalStateException("The response is captured for the protocol that the connection changes to; "
                    + method.getName() + "() does not reach the container's response");
        };
    }
}
