package io.github.changeover.negotiation;

import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A protocol of the path's rule that accepts a token the client offered. RFC 9110 section 7.8.
 *
 * <pre>
 * Upgrade: unknown, example/1, foo/2     candidates example/1, foo/2
 * </pre>
 *
 * @param token   in the spelling of the protocol's own tokens: {@code foo/2} where the client wrote {@code FOO/2}
 * @param offered as the client wrote it
 */
record Candidate(UpgradeProtocol protocol, ProtocolToken token, ProtocolToken offered) {

    /** All candidates in the order in which they are asked, each once. */
    static List<Candidate> of(PathRule rule, List<ProtocolToken> offered) {
        return switch (rule.preference()) {
            case CLIENT -> inClientsOrder(rule.protocols(), offered);
            case SERVER -> inServersOrder(rule.protocols(), offered);
        };
    }

    private static List<Candidate> inClientsOrder(List<UpgradeProtocol> protocols, List<ProtocolToken> offered) {
        List<Candidate> candidates = new ArrayList<>(2);
        for (int i = 0; i < offered.size(); i++) {
            for (int j = 0; j < protocols.size(); j++) add(candidates, protocols.get(j), offered.get(i));
        }
        return candidates;
    }

    /** By protocol, within it by its own tokens, and then what it accepts beside those, such as the rest of a family. */
    private static List<Candidate> inServersOrder(List<UpgradeProtocol> protocols, List<ProtocolToken> offered) {
        List<Candidate> candidates = new ArrayList<>(2);
        for (UpgradeProtocol protocol : protocols) {
            for (ProtocolToken token : guarded(protocol, protocol::tokens)) {
                int index = offered.indexOf(token);
                if (index >= 0) add(candidates, protocol, offered.get(index));
            }
            for (int i = 0; i < offered.size(); i++) add(candidates, protocol, offered.get(i));
        }
        return candidates;
    }

    private static void add(List<Candidate> candidates, UpgradeProtocol protocol, ProtocolToken token) {
        if (!guarded(protocol, () -> protocol.accepts(token))) return;
        // By its parts: JDK 17 keeps the classes in the last record that was compared (JDK-8078641), and the application with them.
        boolean there = candidates.stream().anyMatch(before -> before.protocol == protocol && before.offered.equals(token));
        if (!there) candidates.add(new Candidate(protocol, registered(protocol, token), token));
    }

    /**
     * A token in the spelling of the protocol's own: its equal among them; for another version of a family, such as
     * {@code tls/1.3} where {@code TLS/1.2} is listed, the offered version under the listed name; else as offered.
     */
    static ProtocolToken registered(UpgradeProtocol protocol, ProtocolToken offered) {
        List<ProtocolToken> own = guarded(protocol, protocol::tokens);
        int index = own.indexOf(offered);
        if (index >= 0) return own.get(index);
        for (ProtocolToken token : own) {
            if (token.name().equalsIgnoreCase(offered.name())) return new ProtocolToken(token.name(), offered.version());
        }
        return offered;
    }

    /** @throws IllegalStateException that names the protocol, when it throws or answers null */
    static <T> T guarded(UpgradeProtocol protocol, Supplier<T> question) {
        T answer;
        try {
            answer = question.get();
        } catch (RuntimeException thrown) {
            throw new IllegalStateException("Protocol " + protocol.getClass().getName() + " failed in a negotiation: " + thrown, thrown);
        }
        if (answer == null) {
            throw new IllegalStateException("Protocol " + protocol.getClass().getName()
                    + " answered null in a negotiation; answer a Switch, an Ignore or a Refuse");
        }
        return answer;
    }
}
