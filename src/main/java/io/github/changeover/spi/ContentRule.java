package io.github.changeover.spi;

import java.util.Set;

/**
 * With which methods, and whether with content, a protocol may be asked for. A request outside the
 * rule is not an error: it stays ordinary HTTP.
 *
 * @param methods the methods, in capitals; empty for any
 * @param content whether the request may carry content
 */
public record ContentRule(Set<String> methods, boolean content) {
    /** GET without content: what RFC 9931 advises for new tokens. */
    public static final ContentRule NONE = new ContentRule(Set.of("GET"), false);

    public ContentRule {
        methods = Set.copyOf(methods);
    }

    /** These methods, with or without content. The content is read whole, within {@code changeover.content.max}, before the switch. */
    public static ContentRule allowing(String... methods) {
        return new ContentRule(Set.of(methods), true);
    }
}
