package io.github.changeover.http;

/** A segment of a path (RFC 3986 section 3.3), or a path in which only the last segment may have parameters. */
public final class PathSegment {
    private PathSegment() {
    }

    /** Returns the text before the first semicolon, after which the parameters of the segment follow. */
    public static String withoutParameters(String segment) {
        int semicolon = segment.indexOf(';');
        return semicolon < 0 ? segment : segment.substring(0, semicolon);
    }
}
