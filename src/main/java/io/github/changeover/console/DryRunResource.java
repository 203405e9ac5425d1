package io.github.changeover.console;

import io.github.changeover.dryrun.DryRun;
import io.github.changeover.dryrun.TypedRequest;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.spi.ProtocolToggles;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Performs a dry run of a request that the user has typed, and returns the result for JSON. */
final class DryRunResource {
    private static final System.Logger LOG = System.getLogger(DryRunResource.class.getName());

    private DryRunResource() {
    }

    /** @param parameter returns a parameter of the form by its name; null if it is missing */
    static Map<String, Object> run(UnaryOperator<String> parameter, PathPolicy policy, ProtocolToggles toggles, boolean draining) {
        String user = text(parameter, "user").strip();
        TypedRequest request = new TypedRequest(text(parameter, "method"), text(parameter, "target"), text(parameter, "version"), lines(text(parameter, "fields")),
                user.isEmpty() ? Optional.empty() : Optional.of(user), words(text(parameter, "roles")));
        TypedRequest.ParseResult reading = request.read();
        if (reading instanceof TypedRequest.ParseResult.MalformedRequest malformed) return Map.of("kind", "malformed", "advice", malformed.advice());
        try {
            return result(DryRun.of(((TypedRequest.ParseResult.ParsedRequest) reading).request(), policy, toggles), draining);
        } catch (RuntimeException failed) {
            LOG.log(System.Logger.Level.WARNING, "A dry run in the console failed: a real client would get a 500", failed);
            return Map.of("kind", "failed", "advice", "A protocol or a gate threw an exception, and a real client would get a 500: " + failed.getMessage());
        }
    }

    private static Map<String, Object> result(DryRun dryRun, boolean draining) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", kind(dryRun.response()));
        if (!(dryRun.response() instanceof UpgradeResponse.Login)) map.put("head", dryRun.head());
        if (dryRun.response() instanceof UpgradeResponse.Switching || dryRun.response() instanceof UpgradeResponse.Rejection) map.put("content", dryRun.content());
        if (draining && map.get("kind").equals("switched")) map.put("note", "The application is draining at present, so the response would be 503.");
        map.put("explanation", dryRun.verdict().explanation().asMap());
        map.put("log", dryRun.verdict().explanation().toString());
        return map;
    }

    private static String kind(UpgradeResponse response) {
        if (response instanceof UpgradeResponse.Switching) return "switched";
        if (response instanceof UpgradeResponse.Rejection) return "refused";
        return response instanceof UpgradeResponse.Ordinary ? "ordinary" : "login";
    }

    private static String text(UnaryOperator<String> typed, String name) {
        String value = typed.apply(name);
        return value == null ? "" : value;
    }

    private static List<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank()).limit(TypedRequest.MAX_LINES + 1L).toList();
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        Stream.of(text.split(",")).map(String::strip).filter(word -> !word.isEmpty()).limit(100).forEach(words::add);
        return words;
    }
}
