package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.adapter.Container;
import jakarta.servlet.ServletContext;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The caller that Payara and GlassFish keep for a thread: their {@code SecurityContext}, which {@code @Inject Principal} and Jakarta Security use, and the policy
 * context, which role checks use.
 */
final class PayaraCaller {
    private static final System.Logger LOG = System.getLogger(PayaraCaller.class.getName());
    private static final AtomicBoolean LOGGED = new AtomicBoolean();

    private final MethodHandle getCurrent, setCurrent, getPolicy, setPolicy;      // null: not known

    private PayaraCaller(MethodHandle getCurrent, MethodHandle setCurrent, MethodHandle getPolicy, MethodHandle setPolicy) {
        this.getCurrent = getCurrent;
        this.setCurrent = setCurrent;
        this.getPolicy = getPolicy;
        this.setPolicy = setPolicy;
    }

    static PayaraCaller of(ServletContext context) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> security = context.getClassLoader().loadClass("com.sun.enterprise.security.SecurityContext");
            Class<?> policies = context.getClassLoader().loadClass("jakarta.security.jacc.PolicyContext");
            return new PayaraCaller(lookup.findStatic(security, "getCurrent", MethodType.methodType(security)).asType(MethodType.methodType(Object.class)),
                    lookup.findStatic(security, "setCurrent", MethodType.methodType(void.class, security)).asType(MethodType.methodType(void.class, Object.class)),
                    lookup.findStatic(policies, "getContextID", MethodType.methodType(String.class)),
                    lookup.findStatic(policies, "setContextID", MethodType.methodType(void.class, String.class)));
        } catch (ReflectiveOperationException | LinkageError | RuntimeException unknown) {
            if (LOGGED.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.INFO, "Unsupported version of the container: @Inject Principal has no caller in callbacks. Use Session.getUserPrincipal ({0})", unknown);
            }
            return new PayaraCaller(null, null, null, null);
        }
    }

    /** Captures the caller of this thread, to be set on other threads while a callback runs there. */
    Supplier<Runnable> onThisThread() {
        if (getCurrent == null) return Container.NO_CALLER;
        Caller captured = current();
        return () -> {
            Caller before = current();
            set(captured);
            return () -> set(before);
        };
    }

    private record Caller(Object security, String policy) {
    }

    private Caller current() {
        try {
            return new Caller((Object) getCurrent.invokeExact(), (String) getPolicy.invokeExact());
        } catch (Throwable failed) {
            return failed(failed);
        }
    }

    private void set(Caller caller) {
        try {
            setCurrent.invokeExact(caller.security);
            setPolicy.invokeExact(caller.policy);
        } catch (Throwable failed) {
            failed(failed);
        }
    }

    private static Caller failed(Throwable failed) {
        if (failed instanceof VirtualMachineError fatal) throw fatal;
        LOG.log(System.Logger.Level.DEBUG, "The caller of a thread cannot be determined", failed);
        return new Caller(null, null);
    }
}
