package io.github.changeover.dryrun;

import io.github.changeover.http.MediaType;
import io.github.changeover.http.ReasonPhrase;
import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.UpgradeRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The result of a dry run of a request. The application's gates and protocols are called as for a real request, but the connection is not
 * switched and no handler is created.
 *
 * @param request  the request with its path parameters, and with those roles of its user that the rule of its path contains
 * @param verdict  the result with its explanation
 * @param response the response. A container adds its own fields, such as {@code Date}, and may omit the reason phrase
 */
public record DryRun(UpgradeRequest request, Verdict verdict, UpgradeResponse response) {

    /**
     * Runs the request.
     *
     * @throws IllegalStateException if a gate or a protocol fails, as in {@link Negotiator#negotiate}; a client would get a 500
     */
    public static DryRun of(UpgradeRequest request, PathPolicy policy, ProtocolToggles toggles) {
        Optional<PathPolicy.Match> match = policy.match(request.path());
        UpgradeRequest completed = match.map(found -> request.toBuilder().pathParameters(found.pathParameters()).roles(rolesOfRule(request, found)).build()).orElse(request);
        Verdict verdict = Negotiator.negotiate(completed, match, toggles);
        return new DryRun(completed, verdict, UpgradeResponse.of(verdict));
    }

    /** Returns the header fields of a 101 or of a rejection, or the fields that are added to the response of the application. */
    public Fields fields() {
        if (response instanceof UpgradeResponse.Switching switching) {
            Fields fields = Fields.of("Upgrade", switching.upgrade(), "Connection", UpgradeResponse.Switching.CONNECTION);
            for (Fields.Line line : switching.fields()) fields = fields.with(line.name(), line.value());
            return fields;
        }
        if (response instanceof UpgradeResponse.Rejection rejection) {
            return withOffer(rejection.fields(), rejection.offer()).with("Content-Type", MediaType.PLAIN_TEXT)
                    .with("Content-Length", Integer.toString(rejection.content().length));
        }
        return response instanceof UpgradeResponse.Ordinary ordinary ? withOffer(Fields.none(), ordinary.added()) : Fields.none();
    }

    private static Fields withOffer(Fields before, UpgradeResponse.UpgradeOffer offer) {
        Fields fields = offer.upgrade().isEmpty() ? before : before.with("Upgrade", offer.upgrade());
        return offer.connection().isEmpty() ? fields : fields.with("Connection", offer.connection());
    }

    /**
     * Returns the head of a 101 or of a rejection, including the empty line. If the application or its login responds, returns only the lines that are
     * added to that response.
     */
    public String head() {
        StringBuilder head = new StringBuilder();
        if (status().isPresent()) {
            int status = status().getAsInt();
            head.append("HTTP/1.1 ").append(status).append(' ').append(ReasonPhrase.of(status)).append("\r\n");
        }
        fields().forEach(line -> head.append(line.name()).append(": ").append(line.value()).append("\r\n"));
        return status().isPresent() ? head.append("\r\n").toString() : head.toString();
    }

    private OptionalInt status() {
        if (response instanceof UpgradeResponse.Switching) return OptionalInt.of(UpgradeResponse.Switching.STATUS);
        return response instanceof UpgradeResponse.Rejection rejection ? OptionalInt.of(rejection.status()) : OptionalInt.empty();
    }

    /** Returns the content of a rejection, as sent; empty for other responses. */
    public String content() {
        return response instanceof UpgradeResponse.Rejection rejection && UpgradeResponse.Rejection.hasContent(request.method()) ? rejection.text() : "";
    }

    /** Returns the bytes of {@link #head} and {@link #content}. */
    public byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(content().getBytes(StandardCharsets.UTF_8));
        return all.toByteArray();
    }

    private static Set<String> rolesOfRule(UpgradeRequest request, PathPolicy.Match match) {
        Set<String> held = new HashSet<>(match.rule().roles());
        held.retainAll(request.roles());
        return held;
    }
}
