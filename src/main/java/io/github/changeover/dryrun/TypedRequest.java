package io.github.changeover.dryrun;

import io.github.changeover.http.ContentLength;
import io.github.changeover.http.PathSegment;
import io.github.changeover.http.PercentEncoding;
import io.github.changeover.http.Token;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The head of a request as a user typed it. RFC 9112 sections 3 and 5.
 *
 * <pre>
 * GET  /echo?x=1  HTTP/1.1          Upgrade: example/1
 * </pre>
 *
 * @param method  a token
 * @param target  the path relative to the application, percent-encoded, with an optional query
 * @param version the version, such as {@code HTTP/1.1}
 * @param lines   the field lines without line ends
 * @param user    the authenticated user; empty for none
 * @param roles   the roles of this user
 */
public record TypedRequest(String method, String target, String version, List<String> lines, Optional<String> user, Set<String> roles) {
    /** The maximum number of field lines. */
    public static final int MAX_LINES = 100;
    /** The maximum length of the target in characters. All field lines together may have twice as many characters. */
    public static final int MAX_BYTES = 8192;
    private static final int LONGEST_METHOD = 64;
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9](\\.[0-9])?");

    /** The result of parsing. */
    public sealed interface ParseResult {
        /** A valid request. Its remote address is the loopback address. */
        record ParsedRequest(UpgradeRequest request) implements ParseResult {
        }

        /** An invalid request. The {@code advice} is a sentence that describes the error and the correct form. */
        record MalformedRequest(String advice) implements ParseResult {
        }
    }

    public TypedRequest {
        lines = List.copyOf(lines);
        roles = Set.copyOf(roles);
    }

    /** Creates a request without a user. */
    public static TypedRequest of(String method, String target, String version, List<String> lines) {
        return new TypedRequest(method, target, version, lines, Optional.empty(), Set.of());
    }

    /** Parses the request. Does not throw, whatever the user typed. */
    public ParseResult read() {
        try {
            return new ParseResult.ParsedRequest(parse());
        } catch (InvalidInput typed) {
            return new ParseResult.MalformedRequest(typed.getMessage());
        }
    }

    /** Used only inside this class. Its message is the advice. */
    private static final class InvalidInput extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvalidInput(String advice) {
            super(advice, null, false, false);
        }
    }

    private UpgradeRequest parse() {
        if (!Token.isToken(method) || method.length() > LONGEST_METHOD) throw new InvalidInput("The method must be a token such as GET, of at most 64 characters.");
        if (!VERSION.matcher(version).matches()) throw new InvalidInput("The version must be HTTP/1.1, HTTP/1.0 or another one such as HTTP/2.");
        if (!target.startsWith("/")) throw new InvalidInput("The path must begin with a slash and must be relative to the application, such as /echo.");
        if (target.length() > MAX_BYTES) throw new InvalidInput("The path is longer than " + MAX_BYTES + " characters.");
        int question = target.indexOf('?');
        Fields fields = fields();
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return UpgradeRequest.builder().method(method).path(decoded(question < 0 ? target : target.substring(0, question)))
                .query(question < 0 ? "" : target.substring(question + 1)).protocol(version)
                .fields(fields).contentLength(length(fields)).chunked(fields.contains("Transfer-Encoding"))
                .remote(loopback).local(loopback).principal(user.map(TypedPrincipal::new).orElse(null)).roles(roles).build();
    }

    private record TypedPrincipal(String name) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }

    private Fields fields() {
        if (lines.size() > MAX_LINES) throw new InvalidInput("There are more than " + MAX_LINES + " field lines.");
        if (lines.stream().mapToLong(String::length).sum() > 2 * MAX_BYTES) {
            throw new InvalidInput("The field lines have more than " + 2 * MAX_BYTES + " characters in total.");
        }
        List<Fields.Line> read = new ArrayList<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon <= 0) throw new InvalidInput("Each header field must be on its own line: a name, a colon and a value, such as 'Upgrade: example/1'.");
            try {
                read.add(new Fields.Line(line.substring(0, colon), line.substring(colon + 1).strip()));
            } catch (IllegalArgumentException invalid) {
                throw new InvalidInput(invalid.getMessage() + ".");
            }
        }
        return Fields.of(read);
    }

    /** Returns the declared length; -1 if there is none. */
    private static long length(Fields fields) {
        List<String> values = fields.values("Content-Length");
        if (values.isEmpty()) return -1;
        OptionalLong length = values.size() == 1 ? ContentLength.parse(values.get(0)) : OptionalLong.empty();
        if (length.isEmpty()) throw new InvalidInput("Content-Length must be a single number of bytes.");
        return length.getAsLong();
    }

    /** Returns the path as containers pass it to an application: without path parameters, percent-decoded. */
    private static String decoded(String path) {
        StringBuilder plain = new StringBuilder(path.length());
        for (String segment : path.substring(1).split("/", -1)) plain.append('/').append(PathSegment.withoutParameters(segment));
        String written = plain.toString();
        check(written);
        String decoded = PercentEncoding.decode(written).orElseThrow(() -> new InvalidInput("The percent-decoded path is not valid UTF-8."));
        if ((decoded + "/").matches("(?s).*/\\.\\.?/.*")) throw new InvalidInput("Remove the . and .. segments from the path: containers resolve them before rules are applied.");
        return decoded;
    }

    private static void check(String path) {
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= 0x20 || c >= 0x7f) throw new InvalidInput("The path contains a character that must be percent-encoded.");
            if (c == '%' && !PercentEncoding.isEscape(path, i)) throw new InvalidInput("In the path, % must be followed by two hexadecimal digits.");
        }
    }
}
