package io.github.changeover.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A figure that Changeover is to reach.
 *
 * @param measured a ratio to a peer, or KB
 */
record Bar(String title, double measured, double limit) {
    private static final double KB = 1_000;

    boolean isMet() {
        return measured <= limit;
    }

    /** Returns all figures that are to be reached and that this run has measured. */
    static List<Bar> of(Results results) {
        List<Bar> bars = new ArrayList<>();
        Ratios ratios = new Ratios(results, bars);
        ratios.tomcatAndNetty(Row.SMALL, 0.75, 1.15);
        ratios.tomcatAndNetty(Row.SMALL_MANY, 0.85, 1.25);
        ratios.tomcatAndNetty(Row.SMALL_BURST, 0.2, 1.2);
        ratios.tomcatAndNetty(Row.MIDDLE_BURST, 0.2, 0.9);
        ratios.tomcatAndNetty(Row.LARGE_TEXT, 0.17, 0.85);
        ratios.tomcatAndNetty(Row.LARGE_BINARY_FEW, 0.22, 1.5);
        ratios.payara(Row.SMALL, 0.07);
        ratios.payara(Row.SMALL_MANY, 0.07);
        ratios.payara(Row.SMALL_BURST, 0.02);
        ratios.payara(Row.MIDDLE_BURST, 0.02);
        ratios.payara(Row.LARGE_TEXT, 0.2);
        ratios.payara(Row.LARGE_BINARY_FEW, 0.2);
        ratios.add(Row.HANDSHAKE, Peer.CHANGEOVER, Peer.TOMCAT, 1);
        ratios.add(Row.HANDSHAKE, Peer.CHANGEOVER_PAYARA, Peer.PAYARA, 0.9);
        ratios.add(String.format(Locale.ROOT, "The first %,d handshakes of a new JVM", ColdStart.HANDSHAKES), Peer.CHANGEOVER, results.coldStart.get(Peer.CHANGEOVER),
                Peer.TOMCAT, results.coldStart.get(Peer.TOMCAT), 1.1);
        for (Row row : List.of(Row.BROADCAST, Row.BROADCAST_MANY)) ratios.tomcatAndNetty(row, 0.6, 1);
        for (Row row : List.of(Row.BROADCAST_DEFLATE, Row.BROADCAST_MANY_DEFLATE)) ratios.add(row, Peer.CHANGEOVER, Peer.UNSHARED, 0.6);
        ratios.add(Row.RAW, Peer.CHANGEOVER, Peer.HAND_WRITTEN, 0.5);
        ratios.add(Row.OTHER_THREADS, Peer.CHANGEOVER, Peer.HAND_WRITTEN, 1.1);
        ratios.add(Row.GET, Peer.CHANGEOVER, Peer.HAND_WRITTEN, 1.05);
        delay(results, Delay.LATENCY, 1).ifPresent(bars::add);
        delay(results, Delay.BLOCKING, 1.5).ifPresent(bars::add);
        idle(results, Peer.CHANGEOVER, true, 8).ifPresent(bars::add);
        idle(results, Peer.CHANGEOVER, false, 5).ifPresent(bars::add);
        idle(results, Peer.CHANGEOVER_PAYARA, true, 15).ifPresent(bars::add);
        return bars;
    }

    private static Optional<Bar> delay(Results results, Delay delay, double limit) {
        return Optional.ofNullable(results.delays.get(delay)).map(all -> new Bar("p99 of the delay at " + Delay.RATE + " messages a second, " + delay.title() + "; to " + Peer.TOMCAT.title(),
                all.get(Peer.CHANGEOVER).p99() / all.get(Peer.TOMCAT).p99(), limit));
    }

    private static Optional<Bar> idle(Results results, Peer peer, boolean webSocket, double limit) {
        return results.idle(peer, webSocket).map(bytes -> new Bar("KB of heap for an idle " + (webSocket ? "WebSocket, " : "raw connection, ") + peer.title(), bytes / KB, limit));
    }

    /** Adds the ratios of rows in which both servers were measured. */
    private record Ratios(Results results, List<Bar> bars) {
        void tomcatAndNetty(Row row, double tomcat, double netty) {
            add(row, Peer.CHANGEOVER, Peer.TOMCAT, tomcat);
            add(row, Peer.CHANGEOVER, Peer.NETTY, netty);
        }

        void payara(Row row, double own) {
            add(row, Peer.CHANGEOVER_PAYARA, Peer.CHANGEOVER, 1.4);
            add(row, Peer.CHANGEOVER_PAYARA, Peer.PAYARA, own);
        }

        void add(Row row, Peer peer, Peer against, double limit) {
            add(row.title(), peer, results.row(row, peer).orElse(null), against, results.row(row, against).orElse(null), limit);
        }

        void add(String title, Peer peer, Measured measured, Peer against, Measured other, double limit) {
            if (measured == null || other == null) return;
            bars.add(new Bar(title + (peer == Peer.CHANGEOVER ? "; to " : "; " + peer.title() + " to ") + against.title(), measured.ratio(other), limit));
        }
    }
}
