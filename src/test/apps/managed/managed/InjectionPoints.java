package managed;

import jakarta.enterprise.inject.spi.CDI;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import javax.naming.InitialContext;

/** The places where code of the application has run, and what it has found there. */
final class InjectionPoints {
    static final Map<String, String> FOUND = new ConcurrentSkipListMap<>();

    private InjectionPoints() {
    }

    /** Checks what managed code may use: java:comp, CDI, a request scope, and the application's class loader. */
    static void check(String place, OfRequest injected) {
        FOUND.merge(place, found(injected), (before, now) -> before.equals(now) ? now : before + " and " + now);
    }

    private static String found(OfRequest injected) {
        try {
            String word = (String) new InitialContext().lookup("java:comp/env/word");
            OfRequest selected = CDI.current().select(OfRequest.class).get();
            int first = selected.count();
            if (injected != null && injected.count() != first + 1) return "another request's bean";
            if (first != 0) return "a bean of an earlier request";
            Thread.currentThread().getContextClassLoader().loadClass(InjectionPoints.class.getName());
            return word;
        } catch (Exception | LinkageError failed) {
            return failed.toString();
        }
    }
}
