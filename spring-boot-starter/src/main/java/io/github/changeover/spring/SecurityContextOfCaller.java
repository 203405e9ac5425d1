package io.github.changeover.spring;

import io.github.changeover.spi.CallerContext;
import io.github.changeover.spi.UpgradeRequest;
import java.util.function.Supplier;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * The SecurityContext with the user of the request, in each callback of its connection. A request without a user gives an empty one: the thread may have
 * inherited another, or a callback may have set one.
 */
final class SecurityContextOfCaller implements CallerContext {
    private final SecurityContextHolderStrategy holder = SecurityContextHolder.getContextHolderStrategy();

    @Override
    public Supplier<Runnable> of(UpgradeRequest request) {
        Authentication user = request.principal().orElse(null) instanceof Authentication found ? found : null;
        return () -> {
            SecurityContext before = holder.getContext(), ofCaller = holder.createEmptyContext();
            if (user != null) ofCaller.setAuthentication(user);
            holder.setContext(ofCaller);
            return () -> {
                if (before.getAuthentication() == null) holder.clearContext();
                else holder.setContext(before);
            };
        };
    }
}
