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
 * @param token as the client wrote it
 */
record Candidate(UpgradeProtocol protocol, ProtocolToken token) {

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
        boolean there = candidates.stream().anyMatch(before -> before.protocol == protocol && before.token.equals(token));
        if (!there) candidates.add(new Candidate(protocol, token));
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
