package io.github.changeover.negotiation;

import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A protocol of the path's rule that accepts a token offered by the client. RFC 9110 section 7.8.
 *
 * <pre>
 * Upgrade: unknown, example/1, foo/2     candidates example/1, foo/2
 * </pre>
 *
 * @param token   the token in the protocol's own spelling: {@code foo/2} if the client wrote {@code FOO/2}
 * @param offered the token as the client wrote it
 */
record Candidate(UpgradeProtocol protocol, ProtocolToken token, ProtocolToken offered) {

    /** Returns all candidates in the order of the negotiation. Each candidate occurs once. */
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

    /**
     * Orders by protocol. For each protocol, its own tokens come first, then the other tokens that it accepts, such as other versions of a
     * family.
     */
    private static List<Candidate> inServersOrder(List<UpgradeProtocol> protocols, List<ProtocolToken> offered) {
        List<Candidate> candidates = new ArrayList<>(2);
        for (UpgradeProtocol protocol : protocols) {
            for (ProtocolToken token : callProtocol(protocol, protocol::tokens)) {
                int index = offered.indexOf(token);
                if (index >= 0) add(candidates, protocol, offered.get(index));
            }
            for (int i = 0; i < offered.size(); i++) add(candidates, protocol, offered.get(i));
        }
        return candidates;
    }

    private static void add(List<Candidate> candidates, UpgradeProtocol protocol, ProtocolToken token) {
        if (!callProtocol(protocol, () -> protocol.accepts(token))) return;
        // Compares the components: on JDK 17, equals of a record keeps the classes of the last compared record reachable (JDK-8078641), and
        // with them the application.
        for (int i = 0; i < candidates.size(); i++) {
            if (candidates.get(i).protocol == protocol && candidates.get(i).offered.equals(token)) return;
        }
        candidates.add(new Candidate(protocol, registered(protocol, token), token));
    }

    /**
     * Returns the token in the protocol's own spelling. If the protocol lists an equal token, that token is returned. If it lists another
     * version of the same name, the result has the listed name and the offered version: {@code tls/1.3} becomes {@code TLS/1.3} if
     * {@code TLS/1.2} is listed. Otherwise the token is returned as offered.
     */
    static ProtocolToken registered(UpgradeProtocol protocol, ProtocolToken offered) {
        List<ProtocolToken> own = callProtocol(protocol, protocol::tokens);
        int index = own.indexOf(offered);
        if (index >= 0) return own.get(index);
        for (ProtocolToken token : own) {
            if (token.name().equalsIgnoreCase(offered.name())) return new ProtocolToken(token.name(), offered.version());
        }
        return offered;
    }

    /**
     * Calls a method of a protocol.
     *
     * @throws IllegalStateException if the protocol throws or returns null; the message names the protocol
     */
    static <T> T callProtocol(UpgradeProtocol protocol, Supplier<T> call) {
        T result;
        try {
            result = call.get();
        } catch (RuntimeException thrown) {
            throw new IllegalStateException("Protocol " + protocol.getClass().getName() + " threw an exception in a negotiation: " + thrown, thrown);
        }
        if (result == null) {
            throw new IllegalStateException("Protocol " + protocol.getClass().getName()
                    + " returned null in a negotiation; negotiate() must return a Switch, an Ignore or a Refuse");
        }
        return result;
    }
}
