package io.github.changeover.negotiation;

import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The response for a verdict: status, header fields and content. The filters send it, and a dry run shows it. A container adds its own fields, such
 * as {@code Date}.
 */
public sealed interface UpgradeResponse {
    /**
     * A 101. RFC 9110 section 15.2.2.
     *
     * @param upgrade the layers of the switched connection, bottom-up; the value of {@code Upgrade}
     * @param fields  the fields of the protocol, without those that the response must not have
     */
    record Switching(String upgrade, Fields fields) implements UpgradeResponse {
        public static final int STATUS = 101;
        /** The value of {@code Connection}. */
        public static final String CONNECTION = "Upgrade";
        /** Names of fields that frame a message or describe the connection, in lower case. The fields of a protocol must not have them. */
        public static final Set<String> FORBIDDEN = Set.of("content-length", "transfer-encoding", "connection", "upgrade", "keep-alive");

        static Switching to(Decision.Switch change) {
            return new Switching(list(change.layers()), allowed(change.fields()));
        }

        /** Returns these fields without those that frame a message or describe the connection. */
        private static Fields allowed(Fields fields) {
            boolean all = true;
            for (Fields.Line line : fields.lines()) all &= isAllowed(line);
            if (all) return fields;
            return Fields.of(fields.lines().stream().filter(Switching::isAllowed).toList());
        }

        private static boolean isAllowed(Fields.Line line) {
            return !FORBIDDEN.contains(line.name().toLowerCase(Locale.ROOT));
        }
    }

    /**
     * A complete response that rejects the request.
     *
     * @param status 300 to 599
     * @param fields the fields of the refusal
     * @param offer  {@code Upgrade} and {@code Connection}
     * @param reason a sentence for the client: what is wrong and what to do
     */
    record Rejection(int status, Fields fields, UpgradeOffer offer, String reason) implements UpgradeResponse {
        /** Returns the content as text. */
        public String text() {
            return reason + "\n";
        }

        /** Returns the content. Its length is the value of {@code Content-Length}. */
        public byte[] content() {
            return text().getBytes(StandardCharsets.UTF_8);
        }

        /** Returns whether the content is sent. A response to HEAD has only its length (RFC 9110 section 9.3.2). */
        public static boolean hasContent(String method) {
            return !method.equals("HEAD");
        }
    }

    /**
     * The application responds, as if no protocol had been offered.
     *
     * @param added {@code Upgrade} and {@code Connection}, which are added to its response
     */
    record Ordinary(UpgradeOffer added) implements UpgradeResponse {
    }

    /** The login of the container responds. If the application has no login, the request is {@linkplain #withoutLogin rejected}. */
    record Login() implements UpgradeResponse {
    }

    /**
     * {@code Upgrade} and the matching {@code Connection} of a response other than 101. RFC 9110 section 7.8.
     *
     * @param upgrade the value of {@code Upgrade}; empty for no such field
     * @param close   whether the connection closes after the response
     */
    record UpgradeOffer(String upgrade, boolean close) {
        public static final UpgradeOffer NONE = new UpgradeOffer("", false);

        static UpgradeOffer of(List<ProtocolToken> protocols, boolean close) {
            return protocols.isEmpty() && !close ? NONE : new UpgradeOffer(list(protocols), close);
        }

        /** Returns the value of {@code Connection}; empty for no such field. */
        public String connection() {
            if (upgrade.isEmpty()) return close ? "close" : "";
            return close ? "upgrade, close" : "upgrade";
        }
    }

    /** A 401 must contain a challenge (RFC 9110 section 15.5.2). Without a login, no challenge is available. */
    Decision.Refuse NO_LOGIN = new Decision.Refuse(403, "An upgrade on this path requires a login, but this application has no login: add a login-config.");

    /** Returns the response to a request with this verdict. */
    static UpgradeResponse of(Verdict verdict) {
        if (verdict.decision() instanceof Decision.Switch change) return Switching.to(change);
        if (verdict.decision() instanceof Decision.Refuse refusal) {
            boolean needsLogin = refusal.status() == 401 && !refusal.fields().contains("WWW-Authenticate");
            return needsLogin ? new Login() : rejection(refusal, verdict);
        }
        return new Ordinary(UpgradeOffer.of(verdict.upgradeList(), verdict.closeAfterRefusal()));
    }

    /** Returns the rejection of a request that needs a login, in an application that has none. */
    static Rejection withoutLogin(Verdict verdict) {
        return rejection(NO_LOGIN, verdict);
    }

    /**
     * Returns the response for a refusal that replaces the decision of the verdict, with {@code Upgrade} and {@code Connection} of the
     * verdict.
     */
    static Rejection rejection(Decision.Refuse refusal, Verdict verdict) {
        return rejection(refusal, verdict.upgradeList(), verdict.closeAfterRefusal());
    }

    /**
     * Returns the response for a refusal.
     *
     * @param protocols the value of {@code Upgrade}; empty for no such field
     * @param close     whether the connection closes after the response
     */
    static Rejection rejection(Decision.Refuse refusal, List<ProtocolToken> protocols, boolean close) {
        return new Rejection(refusal.status(), refusal.fields(), UpgradeOffer.of(protocols, close), refusal.reason());
    }

    /** Returns a refusal for a temporary reason, with {@code Retry-After}. */
    static Decision.Refuse retryLater(int status, String reason) {
        return new Decision.Refuse(status, Fields.of("Retry-After", "5"), reason);
    }

    private static String list(List<ProtocolToken> protocols) {
        if (protocols.size() == 1) return protocols.get(0).toString();
        StringBuilder list = new StringBuilder();
        for (ProtocolToken protocol : protocols) list.append(list.length() == 0 ? "" : ", ").append(protocol);
        return list.toString();
    }
}
