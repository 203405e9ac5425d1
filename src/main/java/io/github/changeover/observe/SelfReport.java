package io.github.changeover.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was found at start.
 *
 * @param server     the container, as it calls itself
 * @param context    the application's context path
 * @param edge       the container's file and edge that serve
 * @param deviations what is known to differ here
 * @param threads    what handlers that block run on
 * @param settings   the effective ones, by name, in order
 * @param paths      what is offered where
 * @param libraries  what protocols with a library of their own have found; empty for none
 */
public record SelfReport(String server, String context, String edge, String deviations, String threads, Map<String, String> settings,
                         List<Path> paths, List<String> libraries) {
    /**
     * A rule in short.
     *
     * @param template  of the paths
     * @param protocols in the server's order
     * @param terms     in words
     */
    public record Path(String template, List<String> protocols, String terms) {
        public Path {
            protocols = List.copyOf(protocols);
        }
    }

    /** For the log at start. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Changeover on " + server + " (" + edge + "); deviations: " + deviations + "; handlers that block run on " + threads + " threads");
        lines.add("Settings: " + settings.entrySet().stream().map(setting -> setting.getKey() + "=" + setting.getValue()).collect(Collectors.joining(" ")));
        lines.addAll(libraries);
        paths.forEach(path -> lines.add(line(path)));
        return lines;
    }

    /** For the log. */
    public String line(Path path) {
        return context + path.template() + " offers " + String.join(", ", path.protocols()) + " " + path.terms();
    }

    public SelfReport {
        paths = List.copyOf(paths);
        libraries = List.copyOf(libraries);
    }
}
