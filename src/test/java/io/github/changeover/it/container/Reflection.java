package io.github.changeover.it.container;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Calls an API for which there is no JAR to compile against. */
final class Reflection {

    private Reflection() {
    }

    static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(name + " is not on the class path", e);
        }
    }

    static Object create(String type) throws Exception {
        return type(type).getConstructor().newInstance();
    }

    /** Looks up the method in the given interface or class, because the class of the target may not be public. */
    static Object call(String type, Object target, String method, Class<?>[] parameters, Object... arguments) throws Exception {
        Method found = type(type).getMethod(method, parameters);
        try {
            return found.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    static Object call(String type, Object target, String method) throws Exception {
        return call(type, target, method, new Class<?>[0]);
    }
}
