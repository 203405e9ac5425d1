package io.github.changeover.servlet.capture;

import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A placeholder for the real response of a {@link CapturedResponse}. Rejects every call, because the call would bypass the capture. */
final class UnusableResponse {
    private static final HttpServletResponse RESPONSE = (HttpServletResponse) Proxy.newProxyInstance(
            HttpServletResponse.class.getClassLoader(), new Class<?>[] {HttpServletResponse.class}, UnusableResponse::invoke);

    private UnusableResponse() {
    }

    static HttpServletResponse response() {
        return RESPONSE;
    }

    private static Object invoke(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            case "toString" -> "unavailable response (the response is being captured)";
            default -> throw new IllegalStateException(method.getName() + "() cannot be called on the response of the container: "
                    + "the response is captured for the protocol that the connection switches to");
        };
    }
}
