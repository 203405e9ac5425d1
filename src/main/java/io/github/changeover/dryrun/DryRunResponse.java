package io.github.changeover.dryrun;

import io.github.changeover.negotiation.ReasonPhrase;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The response to a request. A container adds its own fields, such as {@code Date}, and may omit the reason phrase. */
public sealed interface DryRunResponse {
    /**
     * A complete response: the 101 or a refusal.
     *
     * @param status  101, or 300 to 599
     * @param fields  the fields in the order of the head
     * @param content the content of a refusal, as sent
     */
    record Complete(int status, Fields fields, String content) implements DryRunResponse {
        /** Returns the head including the empty line. */
        public String head() {
            StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(' ').append(ReasonPhrase.of(status)).append("\r\n");
            fields.forEach(line -> head.append(line.name()).append(": ").append(line.value()).append("\r\n"));
            return head.append("\r\n").toString();
        }

        /** Returns the bytes of head and content. */
        public byte[] bytes() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(head().getBytes(StandardCharsets.ISO_8859_1));
            all.writeBytes(content.getBytes(StandardCharsets.UTF_8));
            return all.toByteArray();
        }
    }

    /**
     * The application responds, as if no protocol had been offered.
     *
     * @param added the fields that are added to its response; empty for none
     */
    record Ordinary(Fields added) implements DryRunResponse {
    }

    /**
     * The container's login mechanism requests authentication with its own response. On Tomcat, an application without a login mechanism
     * gets a 403.
     */
    record Login() implements DryRunResponse {
    }

    /** Returns the response to a request with this method. */
    static DryRunResponse of(Verdict verdict, String method) {
        if (verdict.decision() instanceof Decision.Switch change) return new Complete(101, switching(change), "");
        if (verdict.decision() instanceof Decision.Refuse refusal) {
            boolean asks = refusal.status() == 401 && !refusal.fields().contains("WWW-Authenticate");
            return asks ? new Login() : refusal(refusal, verdict, method);
        }
        return new Ordinary(connection(Fields.none(), verdict));
    }

    private static Fields switching(Decision.Switch change) {
        Set<String> framing = Set.of("content-length", "transfer-encoding", "connection", "upgrade", "keep-alive");
        Fields fields = Fields.of("Upgrade", list(change.layers()), "Connection", "Upgrade");
        for (Fields.Line line : change.fields()) {
            if (!framing.contains(line.name().toLowerCase(Locale.ROOT))) fields = fields.with(line.name(), line.value());
        }
        return fields;
    }

    private static Complete refusal(Decision.Refuse refusal, Verdict verdict, String method) {
        String sentence = refusal.reason() + "\n";
        Fields fields = connection(refusal.fields(), verdict).with("Content-Type", "text/plain;charset=utf-8")
                .with("Content-Length", Integer.toString(sentence.getBytes(StandardCharsets.UTF_8).length));
        return new Complete(refusal.status(), fields, method.equals("HEAD") ? "" : sentence);
    }

    /** Adds {@code Upgrade} and the matching {@code Connection} (RFC 9110 section 7.8). */
    private static Fields connection(Fields before, Verdict verdict) {
        List<ProtocolToken> upgrade = verdict.upgradeList();
        Fields fields = upgrade.isEmpty() ? before : before.with("Upgrade", list(upgrade));
        if (upgrade.isEmpty() && !verdict.closeAfterRefusal()) return fields;
        return fields.with("Connection", upgrade.isEmpty() ? "close" : verdict.closeAfterRefusal() ? "upgrade, close" : "upgrade");
    }

    private static String list(List<ProtocolToken> tokens) {
        return tokens.stream().map(ProtocolToken::toString).collect(Collectors.joining(", "));
    }
}
