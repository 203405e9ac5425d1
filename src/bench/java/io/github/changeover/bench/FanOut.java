package io.github.changeover.bench;

import io.github.changeover.bench.client.FanOutClient;
import io.github.changeover.bench.client.FanOutClient.Result;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code fanout}: one publisher and many members, without and with stalled clients, which never read. Measures what the members that read receive, and the
 * memory of the server. Runs only by hand, and with tiny numbers in {@code smoke}.
 */
final class FanOut {
    static final String NAME = "fanout";
    private static final String MEMBERS = "members", STALLED = "stalled", SIZE = "size", RATE = "rate", SECONDS = "seconds", BURST = "burst", FILL = "fill", WARM = "warm", ROUNDS = "rounds";
    private static final int SEND_BUFFER = 16 * 1024;
    private static final double MB = 1_000_000, MILLI = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(1), SHORT_PATIENCE = Duration.ofMillis(20), LONGEST = Duration.ofSeconds(30);

    /** The servers that are compared. Each one has a JVM with the same flags. */
    private enum Contestant {
        TOPICS("Changeover, topics", Peer.CHANGEOVER, "/fan-out/topics"),
        LOOP("Changeover, loop over sessions", Peer.CHANGEOVER, "/fan-out/loop"),
        TOMCAT("Tomcat's own WebSocket, loop that skips", Peer.TOMCAT, "/fan-out/skip"),
        NETTY("Netty, ChannelGroup that skips", Peer.NETTY, "/fan-out/netty");

        private final String title;
        private final Peer peer;
        private final String path;

        Contestant(String title, Peer peer, String path) {
            this.title = title;
            this.peer = peer;
            this.path = path;
        }
    }

    /** The state of a server's memory after a garbage collection, in bytes. */
    private record Memory(long heap, long direct) {
        static Memory of(ServerProcess server) throws IOException {
            return new Memory(server.heap(), server.direct());
        }
    }

    /**
     * One round.
     *
     * @param paced at the fixed rate
     * @param burst as fast as possible
     * @param start memory before these messages
     * @param alive stalled clients that are still connected after them
     */
    private record Round(Result paced, Result burst, Memory start, Memory end, int alive) {
    }

    /** All rounds of a contestant, without stalled clients or with them. */
    private static final class Series {
        private final List<Round> rounds = new ArrayList<>();
        private final Measured paced = new Measured(), burst = new Measured();

        void add(Round round) {
            rounds.add(round);
            paced.add(round.paced.stretch());
            burst.add(round.burst.stretch());
        }

        double percentile(double share) {
            return Measured.median(rounds.stream().map(round -> percentile(round.paced.delays(), share)).toList());
        }

        private static double percentile(long[] sorted, double share) {
            return sorted[(int) Math.ceil(share * sorted.length) - 1] / MILLI;
        }
    }

    private final Parameters parameters;
    private final Map<Contestant, Map<Boolean, Series>> all = new EnumMap<>(Contestant.class);

    private FanOut(Parameters parameters) {
        this.parameters = parameters;
    }

    static Section run(Parameters parameters) throws IOException {
        FanOut run = new FanOut(parameters);
        run.measure();
        return new Section(NAME, run.text());
    }

    static Map<String, Integer> defaults() {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put(MEMBERS, 5_000);
        defaults.put(STALLED, 50);
        defaults.put(SIZE, 512);
        defaults.put(RATE, 6);
        defaults.put(SECONDS, 6);
        defaults.put(BURST, 60);
        defaults.put(FILL, 1_000);
        defaults.put(WARM, 10);
        defaults.put(ROUNDS, 3);
        return defaults;
    }

    /** Numbers that only show that everything works. */
    static Map<String, Integer> tiny() {
        Map<String, Integer> tiny = defaults();
        tiny.putAll(Map.of(MEMBERS, 60, STALLED, 5, RATE, 50, SECONDS, 1, BURST, 20, FILL, 200, WARM, 1, ROUNDS, 1));
        return tiny;
    }

    private void measure() throws IOException {
        List<String> options = List.of("-Dbench.send.buffer=" + SEND_BUFFER, "-Dchangeover.stall=30m");
        Map<Contestant, ServerProcess> servers = new EnumMap<>(Contestant.class);
        try {
            for (Contestant contestant : Contestant.values()) {
                servers.put(contestant, ServerProcess.start(contestant.peer, Jvm.DEFAULT, "FANOUT_" + contestant, options));
                all.put(contestant, new LinkedHashMap<>());
                for (boolean stalled : List.of(false, true)) all.get(contestant).put(stalled, new Series());
            }
            for (Contestant contestant : Contestant.values()) warm(contestant, servers.get(contestant));
            for (int round = 0; round < parameters.get(ROUNDS); round++) {
                for (boolean stalled : List.of(round % 2 == 1, round % 2 == 0)) {
                    for (Contestant contestant : Contestant.values()) {
                        Progress.say("round %d of %d, %s, %s stalled clients", round + 1, parameters.get(ROUNDS), contestant.title, stalled ? "with" : "without");
                        all.get(contestant).get(stalled).add(round(contestant, servers.get(contestant), stalled));
                    }
                }
            }
        } finally {
            for (ServerProcess server : servers.values()) server.close();
        }
    }

    private void warm(Contestant contestant, ServerProcess server) throws IOException {
        Progress.say("warming up %s", contestant.title);
        try (FanOutClient client = open(contestant, server, parameters.get(STALLED))) {
            client.publish(Integer.MAX_VALUE, Duration.ofSeconds(parameters.get(WARM)), 0, 1, SHORT_PATIENCE, server::cpu);
        }
    }

    /** Opens the stalled clients first, and publishes until all buffers between the server and them are full. Then opens the members that read. */
    private FanOutClient open(Contestant contestant, ServerProcess server, int stalled) throws IOException {
        FanOutClient client = new FanOutClient(server.address(), contestant.path, 1, parameters.get(SIZE));
        try {
            client.stall(server.address(), stalled);
            client.read(server.address(), 1);
            if (stalled > 0) client.publish(parameters.get(FILL), LONGEST, 0, 1, SHORT_PATIENCE, server::cpu);
            client.read(server.address(), parameters.get(MEMBERS) - parameters.get(STALLED) - 1);
            return client;
        } catch (IOException failed) {
            client.close();
            throw failed;
        }
    }

    private Round round(Contestant contestant, ServerProcess server, boolean stalled) throws IOException {
        try (FanOutClient client = open(contestant, server, stalled ? parameters.get(STALLED) : 0)) {
            client.publish(parameters.get(RATE), LONGEST, parameters.get(RATE), Integer.MAX_VALUE, PATIENCE, server::cpu);        // one second that does not count
            Memory start = Memory.of(server);
            Result paced = client.publish(Integer.MAX_VALUE, Duration.ofSeconds(parameters.get(SECONDS)), parameters.get(RATE), Integer.MAX_VALUE, PATIENCE, server::cpu);
            Result burst = client.publish(parameters.get(BURST), LONGEST, 0, Integer.MAX_VALUE, PATIENCE, server::cpu);
            if (paced.delivered() == 0 || burst.delivered() == 0) throw new IOException(contestant + " has delivered nothing; see its log");
            Memory end = Memory.of(server);
            Round round = new Round(paced, burst, start, end, client.stalledAlive());
            Progress.say("%.2f us, p50 %.1f ms, p99 %.1f ms; as fast as possible %.2f us, %,.0f/s, lost %.2f %%; heap %.1f MB, direct %.1f MB", micros(paced), Series.percentile(paced.delays(), 0.5),
                    Series.percentile(paced.delays(), 0.99), micros(burst), burst.delivered() * 1e9 / burst.took().toNanos(), 100 * burst.lost(), end.heap / MB, end.direct / MB);
            return round;
        }
    }

    private static double micros(Result result) {
        return result.cpu().toNanos() / 1e3 / result.delivered();
    }

    private String text() {
        int reading = parameters.get(MEMBERS) - parameters.get(STALLED);
        StringBuilder text = new StringBuilder("## Fan-out with stalled clients\n\n");
        line(text, "Written by `./mvnw -Pbench -Dbench=%s -Dbench.arguments=\"%s write\"` on %s.", NAME, parameters, LocalDate.now());
        line(text, "");
        line(text, "One client publishes texts of %,d bytes to %,d members that read. In every second line, %,d more members are connected that never read. The figures are of the members that read; \"stalled\" is the number of those "
                + "that do not. Median of %d rounds, in parentheses the minimum and the maximum. The servers and the client share the processors of one machine.", parameters.get(SIZE), reading, parameters.get(STALLED), parameters.get(ROUNDS));
        line(text, "");
        text.append(Table.head(List.of(String.format(Locale.ROOT, "%d messages a second", parameters.get(RATE)), "stalled", "µs of server CPU for each delivered message", "to the line without stalled", "p50, ms", "p99, ms", "lost")));
        for (Contestant contestant : all.keySet()) {
            all.get(contestant).forEach((stalled, series) -> text.append(Table.line(List.of(contestant.title, stalled(stalled), Table.range(series.paced), ratio(contestant, stalled, true),
                    number(series.percentile(0.5)), number(series.percentile(0.99)), lost(series.rounds.stream().map(Round::paced).toList())))));
        }
        line(text, "");
        text.append(Table.head(List.of(String.format(Locale.ROOT, "%d messages as fast as possible", parameters.get(BURST)), "stalled", "µs of server CPU for each delivered message", "to the line without stalled", "delivered in a second", "lost")));
        for (Contestant contestant : all.keySet()) {
            all.get(contestant).forEach((stalled, series) -> text.append(Table.line(List.of(contestant.title, stalled(stalled), Table.range(series.burst), ratio(contestant, stalled, false),
                    String.format(Locale.ROOT, "%,.0f", series.burst.rate()), lost(series.rounds.stream().map(Round::burst).toList())))));
        }
        line(text, "");
        line(text, "The memory of the server after a garbage collection, MB (1,000,000 bytes), before and after the messages of both tables. \"For each stalled client\" is heap and direct buffers after the messages, compared with the line without them.");
        line(text, "");
        text.append(Table.head(List.of("memory of the server", "stalled", "heap before", "heap after", "direct buffers before", "direct buffers after", "KB for each stalled client", "of them still connected")));
        for (Contestant contestant : all.keySet()) all.get(contestant).forEach((stalled, series) -> memory(text, contestant, stalled, series));
        line(text, "");
        line(text, "- Topics: default options, so the oldest of more than 256 waiting messages is dropped.");
        line(text, "- Changeover, loop: `session.getAsyncRemote().sendText(text)` for each session. A client that does not read has a queue of at most `changeover.websocket.send.max`, 16 MB, until `changeover.stall` disconnects it.");
        line(text, "- Tomcat: the same call throws an exception while the previous text is being sent. Therefore the application skips a client whose previous text is not complete.");
        line(text, "- Netty: `ChannelGroup.writeAndFlush` with `Channel::isWritable` and a high-water mark of 128 KiB, which is 256 messages of 512 bytes.");
        line(text, "- A stalled client has a receive buffer of 4 KiB, and every server a send buffer of %d KiB for each socket: on the loopback interface the kernel would otherwise accept 2.8 MB for each of them, because its segments have 64 KiB. "
                + "The stalled clients connect first, and %,d messages fill the queues before the other members connect. `changeover.stall` is 30 minutes, because the default would disconnect them during the measurement.", SEND_BUFFER / 1024, parameters.get(FILL));
        line(text, "- The delay is measured from the time when the message was due, independently of the server.");
        return text.toString();
    }

    private void memory(StringBuilder text, Contestant contestant, boolean stalled, Series series) {
        double more = median(series, round -> round.end.heap + round.end.direct) - median(all.get(contestant).get(false), round -> round.end.heap + round.end.direct);
        text.append(Table.line(List.of(contestant.title, stalled(stalled), number(median(series, round -> round.start.heap) / MB), number(median(series, round -> round.end.heap) / MB),
                number(median(series, round -> round.start.direct) / MB), number(median(series, round -> round.end.direct) / MB),
                stalled ? String.format(Locale.ROOT, "%.0f", more / 1e3 / parameters.get(STALLED)) : Table.NONE,
                stalled ? String.valueOf(series.rounds.stream().mapToInt(Round::alive).min().orElseThrow()) : Table.NONE)));
    }

    private interface Figure {
        double of(Round round);
    }

    private static double median(Series series, Figure figure) {
        return Measured.median(series.rounds.stream().map(figure::of).toList());
    }

    private String stalled(boolean stalled) {
        return String.valueOf(stalled ? parameters.get(STALLED) : 0);
    }

    private String ratio(Contestant contestant, boolean stalled, boolean paced) {
        if (!stalled) return Table.NONE;
        Series with = all.get(contestant).get(true), without = all.get(contestant).get(false);
        return String.format(Locale.ROOT, "%.2f", paced ? with.paced.ratio(without.paced) : with.burst.ratio(without.burst));
    }

    private static String lost(List<Result> results) {
        long expected = results.stream().mapToLong(Result::expected).sum(), delivered = results.stream().mapToLong(Result::delivered).sum();
        return expected == delivered ? "0" : String.format(Locale.ROOT, "%.2f %%", 100.0 * (expected - delivered) / expected);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
