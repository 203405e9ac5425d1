package io.github.changeover.servlet;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * The generated methods of records. On JDK 17 their method handles are derived from a few that {@link ObjectMethods} has for all records, and each of
 * these keeps the last one derived from it. So the JDK keeps the class, and with it the application, whose record was the last one to be compared.
 */
final class RecordMethods {
    private static final MethodHandle COMPONENT = MethodHandles.identity(String.class);

    private RecordMethods() {
    }

    /** Makes the JDK release the classes of this application: generates the methods of a class of the JDK instead. */
    static void release() {
        generate("equals", MethodType.methodType(boolean.class, String.class, Object.class));
        generate("hashCode", MethodType.methodType(int.class, String.class));
        generate("toString", MethodType.methodType(String.class, String.class));
    }

    private static void generate(String name, MethodType type) {
        try {
            ObjectMethods.bootstrap(MethodHandles.lookup(), name, type, String.class, "component", COMPONENT);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
