package io.github.changeover.spi;

import java.util.Set;

/**
 * The request methods that a protocol accepts, and whether the request may have content. A request that does not
 * match the rule is not an error: it is not upgraded and stays ordinary HTTP.
 *
 * @param methods the methods, in upper case; empty for any
 * @param content whether the request may have content
 */
public record ContentRule(Set<String> methods, boolean content) {
    /** GET without content, as RFC 9931 recommends for new tokens. */
    public static final ContentRule NONE = new ContentRule(Set.of("GET"), false);

    public ContentRule {
        methods = Set.copyOf(methods);
    }

    /** These methods, with or without content. The whole content is read before the switch, within the limit {@code changeover.content.max}. */
    public static ContentRule allowing(String... methods) {
        return new ContentRule(Set.of(methods), true);
    }

    /** Returns whether a request with this method may be upgraded. */
    public boolean allowsMethod(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
