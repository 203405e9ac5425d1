package io.github.changeover.servlet.settings;

import io.github.changeover.forwarded.TrustedProxies;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings for operators.
 *
 * @param decisions   number of decisions that the decision log keeps
 * @param explain     whether the response to an ignored offer contains the reason
 * @param proxies     the trusted proxies
 * @param health      path of the health resource
 * @param metrics     path of the metrics
 * @param metricsRole role that may read the metrics; empty for no restriction
 */
public record OperatorSettings(int decisions, boolean explain, TrustedProxies proxies, Optional<String> health, Optional<String> metrics, Optional<String> metricsRole) {
    static final Set<String> NAMES = Set.of("changeover.decisions", "changeover.explain", SettingValues.TRUSTED_PROXIES, "changeover.health.path",
            "changeover.metrics.path", "changeover.metrics.role");

    static OperatorSettings read(SettingValues source) {
        return new OperatorSettings(source.count("changeover.decisions", 256, 100_000), source.flag("changeover.explain").orElse(false), source.trustedProxies(),
                path(source, "changeover.health.path"), path(source, "changeover.metrics.path"), source.value("changeover.metrics.role"));
    }

    private static Optional<String> path(SettingValues source, String name) {
        Optional<String> path = source.value(name);
        path.filter(text -> !text.matches("(/[A-Za-z0-9._~-]+)+")).ifPresent(text -> {
            throw new SettingValues.InvalidSettingException(name, text, "a path within the application, such as /health");
        });
        return path;
    }

    void show(Map<String, String> shown) {
        shown.put("decisions", Integer.toString(decisions));
        shown.put("explain", Boolean.toString(explain));
        shown.put("trusted-proxies", proxies.toString());
        shown.put("health.path", health.orElse("none"));
        shown.put("metrics.path", metrics.orElse("none"));
        shown.put("metrics.role", metricsRole.orElse("none"));
    }
}
