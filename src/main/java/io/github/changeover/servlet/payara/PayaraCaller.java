package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.edge.Container;
import jakarta.servlet.ServletContext;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The caller that Payara keeps for a thread: its {@code SecurityContext}, which {@code @Inject Principal} and Jakarta Security use, and the policy
 * context, which role checks use.
 */
final class PayaraCaller {
    private static final System.Logger LOG = System.getLogger(PayaraCaller.class.getName());
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private final MethodHandle current, setCurrent, policy, setPolicy;      // null: not known

    private PayaraCaller(MethodHandle current, MethodHandle setCurrent, MethodHandle policy, MethodHandle setPolicy) {
        this.current = current;
        this.setCurrent = setCurrent;
        this.policy = policy;
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
            if (SAID.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.INFO, "This Payara''s security is not as known: callbacks have no caller for @Inject Principal; Session.getUserPrincipal has it ({0})", unknown);
            }
            return new PayaraCaller(null, null, null, null);
        }
    }

    /** Captures the caller of this thread, to be set on other threads while a callback runs there. */
    Supplier<Runnable> onThisThread() {
        if (current == null) return Container.NO_CALLER;
        Had had = had();
        return () -> {
            Had before = had();
            set(had);
            return () -> set(before);
        };
    }

    private record Had(Object security, String policy) {
    }

    private Had had() {
        try {
            return new Had((Object) current.invokeExact(), (String) policy.invokeExact());
        } catch (Throwable failed) {
            return failed(failed);
        }
    }

    private void set(Had had) {
        try {
            setCurrent.invokeExact(had.security);
            setPolicy.invokeExact(had.policy);
        } catch (Throwable failed) {
            failed(failed);
        }
    }

    private static Had failed(Throwable failed) {
        if (failed instanceof VirtualMachineError fatal) throw fatal;
        LOG.log(System.Logger.Level.DEBUG, "The caller of a thread is not known", failed);
        return new Had(null, null);
    }
}
