package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.SettingValues;
import io.github.changeover.websocket.engine.WebSocketLibrary.Terms;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the settings say of endpoints, by path.
 *
 * @param everywhere of a path for which nothing is set
 * @param paths      of the others, the most specific first
 */
record PathTerms(Terms everywhere, SortedMap<PathTemplate, Terms> paths) {
    PathTerms {
        paths = Collections.unmodifiableSortedMap(paths);
    }

    /** @param names of settings that can be set for a path */
    static PathTerms of(SettingValues settings, Set<String> names) {
        SortedMap<PathTemplate, Terms> paths = new TreeMap<>();
        Terms everywhere = Terms.of(settings);
        Terms.warn(settings);
        for (String template : settings.pathsWith(names)) {
            SettingValues own = settings.at(template);
            if (paths.putIfAbsent(PathTemplate.of(template), Terms.of(own)) != null) continue;      // with variables of other names
            if (Terms.hasOwnOrigins(own)) Terms.warn(own);
        }
        return new PathTerms(everywhere, paths);
    }

    /** Those of the endpoint with this template. */
    Terms of(PathTemplate template) {
        return paths.getOrDefault(template, everywhere);
    }

    /** Those for a path where the application has no endpoint: of the most specific template that matches, in any spelling, as the roles of a path hold for any. */
    Terms at(String path) {
        for (Map.Entry<PathTemplate, Terms> entry : paths.entrySet()) {
            if (entry.getKey().matchesAnySpelling(path)) return entry.getValue();
        }
        return everywhere;
    }
}
