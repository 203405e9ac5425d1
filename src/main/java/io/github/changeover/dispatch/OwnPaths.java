package io.github.changeover.dispatch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which targets are this application's. To the container an inner request comes from its own machine: it must reach no other
 * application, which may trust that machine.
 */
final class OwnPaths {
    private final String context;
    private final Predicate<String> mapped;

    /**
     * @param context the application's context path, empty for the root
     * @param mapped  whether the container maps a decoded path to this application
     */
    OwnPaths(String context, Predicate<String> mapped) {
        this.context = context;
        this.mapped = mapped;
    }

    /** Why a path as written is not the application's, for a client; empty when it is. */
    Optional<String> objection(String path) {
        StringBuilder plain = new StringBuilder();
        for (String segment : path.substring(1).split("/", -1)) {
            Optional<String> decoded = decoded(segment);
            if (decoded.isEmpty() || isOdd(decoded.get())) return Optional.of("This path has a part that could lead elsewhere: write it plainly.");
            plain.append('/').append(decoded.get());
        }
        boolean within = context.isEmpty() || plain.toString().equals(context) || plain.toString().startsWith(context + "/");
        return within && mapped.test(plain.toString()) ? Optional.empty()
                : Optional.of("This connection serves only the application that it began with: open another one for this path.");
    }

    /** Without parameters, which containers drop before they look at dots. */
    private static Optional<String> decoded(String segment) {
        int parameters = segment.indexOf(';');
        try {
            return Optional.of(URLDecoder.decode((parameters < 0 ? segment : segment.substring(0, parameters)).replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isOdd(String segment) {
        return segment.equals(".") || segment.equals("..") || segment.chars().anyMatch(c -> c == '/' || c == '\\' || c == ';' || c < 0x20 || c == 0x7f);
    }
}
