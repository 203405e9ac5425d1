package io.github.changeover.servlet;

import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Completes the head of a 101: the fields of the protocol, and those that filters of the application have set. */
final class SwitchingResponse {
    private static final System.Logger LOG = System.getLogger(SwitchingResponse.class.getName());
    /** Fields of a response with content, and hop-by-hop fields. They are not copied from the response that filters have prepared. */
    private static final Set<String> IGNORED_FROM_FILTERS = Stream.concat(UpgradeResponse.Switching.FORBIDDEN.stream(), Stream.of("content-type", "content-encoding",
            "content-language", "content-range", "content-disposition", "trailer", "etag", "last-modified", "accept-ranges", "vary", "location", "allow",
            "retry-after", "changeover-explanation")).collect(Collectors.toUnmodifiableSet());

    private SwitchingResponse() {
    }

    /** Returns the fields that filters of the application have set and a 101 may contain, such as cookies. Invalid fields are omitted. */
    static List<Fields.Line> fieldsOfFilters(UpgradeRequest request, HttpServletResponse response) {
        Collection<String> names = response.getHeaderNames();
        if (names.isEmpty()) return List.of();
        List<Fields.Line> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>(IGNORED_FROM_FILTERS);
        for (String name : names) {
            if (!seen.add(name.toLowerCase(Locale.ROOT))) continue;     // Tomcat returns a name once for each of its lines
            for (String value : response.getHeaders(name)) {
                try {
                    kept.add(new Fields.Line(name, value));
                } catch (IllegalArgumentException odd) {
                    LOG.log(System.Logger.Level.INFO, "{0}: a header field set by a filter is omitted from the 101 response: {1}", request.printablePath(), odd.getMessage());
                }
            }
        }
        return kept;
    }

    /** Throws nothing: the container would send an error and start the handler as well. */
    static void write(UpgradeResponse.Switching switching, List<Fields.Line> filterFields, ConnectionUpgrade upgrade, HttpServletRequest request, HttpServletResponse response) {
        response.setStatus(UpgradeResponse.Switching.STATUS);
        Set<String> ofContainer = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        ofContainer.addAll(response.getHeaderNames());      // Jetty adds Server and Date to a response before filters run, and when it is reset
        for (Fields.Line line : filterFields) {
            if (ofContainer.remove(line.name())) set(line, () -> response.setHeader(line.name(), line.value()));
            else set(line, () -> response.addHeader(line.name(), line.value()));
        }
        for (Fields.Line line : switching.fields()) set(line, () -> upgrade.addHeader(request, response, line.name(), line.value()));
        response.setHeader("Upgrade", switching.upgrade());
        response.setHeader("Connection", UpgradeResponse.Switching.CONNECTION);
        upgrade.completeHead(request);
    }

    private static void set(Fields.Line line, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException rejected) {
            LOG.log(System.Logger.Level.WARNING, "The container rejected the header field {0} of a 101 response: the field is omitted ({1})", line.name(), rejected.toString());
        }
    }
}
