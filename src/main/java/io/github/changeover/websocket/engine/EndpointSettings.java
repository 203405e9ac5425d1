package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.websocket.engine.WebSocketLibrary.WebSocketSettings;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings of endpoints by path.
 *
 * @param everywhere for a path that has no settings
 * @param paths      for all other paths, the most specific first
 */
record EndpointSettings(WebSocketSettings everywhere, SortedMap<PathTemplate, WebSocketSettings> paths) {
    EndpointSettings {
        paths = Collections.unmodifiableSortedMap(paths);
    }

    /** @param names the names of the settings that can be set for a path */
    static EndpointSettings of(SettingValues settings, Set<String> names) {
        SortedMap<PathTemplate, WebSocketSettings> paths = new TreeMap<>();
        WebSocketSettings everywhere = WebSocketSettings.of(settings);
        WebSocketSettings.warn(settings);
        for (String template : settings.pathsWith(names)) {
            SettingValues own = settings.at(template);
            if (paths.putIfAbsent(PathTemplate.of(template), WebSocketSettings.of(own)) != null) continue;      // the same template with other variable names
            if (WebSocketSettings.hasOwnOrigins(own)) WebSocketSettings.warn(own);
        }
        return new EndpointSettings(everywhere, paths);
    }

    /** Returns the settings of the endpoint with this template. */
    WebSocketSettings of(PathTemplate template) {
        return paths.getOrDefault(template, everywhere);
    }

    /**
     * Returns the settings for a path without an endpoint: those of the most specific template that matches any spelling of the path. The roles of a path
     * apply to any spelling as well.
     */
    WebSocketSettings at(String path) {
        for (Map.Entry<PathTemplate, WebSocketSettings> entry : paths.entrySet()) {
            if (entry.getKey().matchesAnySpelling(path)) return entry.getValue();
        }
        return everywhere;
    }
}
