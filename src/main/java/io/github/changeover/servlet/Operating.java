package io.github.changeover.servlet;

import java.util.Map;
import java.util.Set;

/**
 * What an operator sets for himself.
 *
 * @param decisions the number of decisions kept to be looked at
 * @param explain   whether an answer to an offer that was ignored says why
 */
record Operating(int decisions, boolean explain) {
    static final Set<String> NAMES = Set.of("changeover.decisions", "changeover.explain");

    static Operating read(SettingValues source) {
        return new Operating(source.count("changeover.decisions", 256, 100_000), source.flag("changeover.explain").orElse(false));
    }

    void show(Map<String, String> shown) {
        shown.put("decisions", Integer.toString(decisions));
        shown.put("explain", Boolean.toString(explain));
    }
}
