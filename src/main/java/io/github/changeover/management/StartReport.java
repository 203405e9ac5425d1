package io.github.changeover.management;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The facts found at the start of the application.
 *
 * @param server     the name that the container reports
 * @param context    the context path of the application
 * @param adapter       the name of the adapter and its kind of transport ({@code ContainerDescription.name}); the label {@code edge} of
 *                   {@code changeover_info}
 * @param deviations the known deviations of this container
 * @param threads    the kind of threads that run blocking handlers
 * @param settings   the effective settings by name, in order
 * @param paths      the protocols supported on each path
 * @param libraries  the findings of the protocol libraries; empty for none
 */
public record StartReport(String server, String context, String adapter, String deviations, String threads, Map<String, String> settings,
                         List<PathReport> paths, List<String> libraries) {
    /**
     * A summary of a rule.
     *
     * @param template  the template of the paths
     * @param protocols the protocols in the server's order
     * @param conditions     the conditions of the rule as text
     */
    public record PathReport(String template, List<String> protocols, String conditions) {
        public PathReport {
            protocols = List.copyOf(protocols);
        }
    }

    /** Returns the lines for the log at start. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Changeover on " + server + " (" + adapter + "); deviations: " + deviations + "; blocking handlers run on " + threads + " threads");
        lines.add("Settings: " + settings.entrySet().stream().map(setting -> setting.getKey() + "=" + setting.getValue()).collect(Collectors.joining(" ")));
        lines.addAll(libraries);
        paths.forEach(path -> lines.add(line(path)));
        return lines;
    }

    /** Returns the line for the log. */
    public String line(PathReport path) {
        return context + path.template() + " offers " + String.join(", ", path.protocols()) + " " + path.conditions();
    }

    public StartReport {
        paths = List.copyOf(paths);
        libraries = List.copyOf(libraries);
    }
}
