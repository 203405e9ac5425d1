package io.github.changeover.bench;

import io.github.changeover.bench.client.FanOutClient;
import io.github.changeover.bench.client.FanOutClient.Result;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code nodes}: two servers of the same application with the relay over Redis. The publisher is connected to one, the members to the other. Runs only by
 * hand, and with tiny numbers in {@code smoke} if the build has the relay and Redis is installed.
 */
final class Nodes {
    static final String NAME = "nodes";
    private static final String SIZE = "size", SECONDS = "seconds", WINDOW = "window", RATE = "rate", DELIVERIES = "deliveries", WARM = "warm", ROUNDS = "rounds", MOST = "most";
    private static final String PATH = "/fan-out/topics", FACTORY = "META-INF/services/io.github.changeover.relay.RelayFactory";
    private static final List<String> LIBRARIES = List.of("lettuce-core-", "reactor-core-", "reactive-streams-", "redis-authx-core-", "netty-", "slf4j-api-");
    private static final int[] TOPICS = {1, 50, 1_000}, MEMBERS = {1, 1_000};
    private static final double MILLI = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(1), LONGEST = Duration.ofSeconds(30);

    /** A number of topics, and a number of members in all. */
    private record Shape(int topics, int members) {
        /** Returns how many members receive a message. */
        int receivers() {
            return Math.max(1, members / topics);
        }
    }

    /**
     * One round.
     *
     * @param full  as fast as possible, with a window
     * @param paced at a fixed rate
     * @param relay the CPU time of Redis for {@code full}, and {@code from} and {@code to} that of the two nodes
     */
    private record Round(Result full, Result paced, Duration from, Duration relay, Duration to) {
        double rate() {
            return full.published() * 1e9 / full.took().toNanos();
        }

        double micros(Duration cpu) {
            return cpu.toNanos() / 1e3 / full.published();
        }

        double percentile(double share) {
            return paced.delays()[(int) Math.ceil(share * paced.delays().length) - 1] / MILLI;
        }
    }

    private final Parameters parameters;
    private final Map<Shape, List<Round>> all = new LinkedHashMap<>();

    private Nodes(Parameters parameters) {
        this.parameters = parameters;
    }

    static Section run(Parameters parameters) throws IOException {
        missing().ifPresent(what -> {
            throw new IllegalStateException(what);
        });
        Nodes run = new Nodes(parameters);
        run.measure();
        return new Section(NAME, run.text());
    }

    /** Returns what prevents the measurement. */
    static Optional<String> missing() throws IOException {
        if (libraries().stream().noneMatch(path -> path.contains("lettuce-core-"))) return Optional.of("This build has no Lettuce: the relay over Redis is not part of it");
        Path factories = Path.of(System.getProperty("changeover.target"), "classes", FACTORY);
        if (!Files.exists(factories) || !Files.readString(factories).contains("redis")) return Optional.of("This build has no relay over Redis: it is not named in " + factories);
        return RedisProcess.isInstalled() ? Optional.empty() : Optional.of("Redis is not installed: set -Dbench.redis to redis-server");
    }

    /** Returns the JARs of Lettuce and of what it needs. The WAR has some of them. */
    private static List<String> libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(path -> path.endsWith(".jar"))
                .filter(path -> LIBRARIES.stream().anyMatch(Path.of(path).getFileName().toString()::startsWith)).toList();
    }

    static Map<String, Integer> defaults() {
        Map<String, Integer> defaults = new LinkedHashMap<>();
        defaults.put(SIZE, 512);
        defaults.put(SECONDS, 4);
        defaults.put(WINDOW, 64);
        defaults.put(RATE, 1_000);
        defaults.put(DELIVERIES, 20_000);
        defaults.put(WARM, 10);
        defaults.put(ROUNDS, 3);
        defaults.put(MOST, 1_000);
        return defaults;
    }

    /** Numbers that only show that everything works. */
    static Map<String, Integer> tiny() {
        Map<String, Integer> tiny = defaults();
        tiny.putAll(Map.of(SECONDS, 1, RATE, 100, DELIVERIES, 200, WARM, 1, ROUNDS, 1, MOST, 20));
        return tiny;
    }

    private void measure() throws IOException {
        try (RedisProcess redis = RedisProcess.start(); ServerProcess from = node("A", redis); ServerProcess to = node("B", redis)) {
            for (int members : MEMBERS) {
                for (int topics : TOPICS) all.put(new Shape(Math.min(topics, parameters.get(MOST)), Math.min(members, parameters.get(MOST))), new ArrayList<>());
            }
            for (Shape shape : all.keySet()) {
                Progress.say("warming up %,d topics, %,d members", shape.topics, shape.members);
                try (FanOutClient client = open(shape, from, to)) {
                    client.publish(Integer.MAX_VALUE, Duration.ofSeconds(parameters.get(WARM)).dividedBy(2), 0, window(shape), PATIENCE, to::cpu);
                }
            }
            for (int round = 0; round < parameters.get(ROUNDS); round++) {
                for (Shape shape : all.keySet()) {
                    Progress.say("round %d of %d, %,d topics, %,d members", round + 1, parameters.get(ROUNDS), shape.topics, shape.members);
                    all.get(shape).add(round(shape, from, redis, to));
                }
            }
        }
    }

    private static ServerProcess node(String name, RedisProcess redis) throws IOException {
        return ServerProcess.start(Peer.CHANGEOVER, Jvm.DEFAULT, "NODE_" + name, List.of("-Dchangeover.relay=redis", "-Dchangeover.relay.redis.uri=" + redis.uri(), "-Dchangeover.relay.name=bench",
                "-Dchangeover.topics.member.max=" + 1_000, "-Dbench.libraries=" + String.join(File.pathSeparator, libraries())));
    }

    private FanOutClient open(Shape shape, ServerProcess from, ServerProcess to) throws IOException {
        FanOutClient client = new FanOutClient(from.address(), PATH, shape.topics, parameters.get(SIZE));
        try {
            client.read(to.address(), shape.members);
            client.awaitTopics(LONGEST);
            return client;
        } catch (IOException failed) {
            client.close();
            throw failed;
        }
    }

    /** Returns how many messages may be on their way: fewer if each has many receivers, so that their number is bounded. */
    private int window(Shape shape) {
        return Math.max(4, parameters.get(WINDOW) / Math.max(1, shape.receivers() / 16));
    }

    private double perSecond(Shape shape) {
        return Math.min(parameters.get(RATE), (double) parameters.get(DELIVERIES) / shape.receivers());
    }

    private Round round(Shape shape, ServerProcess from, RedisProcess redis, ServerProcess to) throws IOException {
        try (FanOutClient client = open(shape, from, to)) {
            Duration time = Duration.ofSeconds(parameters.get(SECONDS));
            Duration fromBefore = from.cpu(), redisBefore = redis.cpu();
            Result full = client.publish(Integer.MAX_VALUE, time, 0, window(shape), PATIENCE, to::cpu);
            Duration fromUsed = from.cpu().minus(fromBefore), redisUsed = redis.cpu().minus(redisBefore);
            Result paced = client.publish(Integer.MAX_VALUE, time, perSecond(shape), Integer.MAX_VALUE, PATIENCE, to::cpu);
            if (full.delivered() == 0 || paced.delivered() == 0) throw new IOException("node B has delivered nothing; see its log");
            Round round = new Round(full, paced, fromUsed, redisUsed, full.cpu());
            Progress.say("%,.0f messages/s, lost %.2f %%, at %.0f/s p50 %.2f ms, p99 %.2f ms", round.rate(), 100 * full.lost(), perSecond(shape), round.percentile(0.5), round.percentile(0.99));
            return round;
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder("## Topics across two nodes\n\n");
        line(text, "Written by `./mvnw -Pbench -Dbench=%s -Dbench.arguments=\"%s write\"` on %s.", NAME, parameters, LocalDate.now());
        line(text, "");
        line(text, "Two servers with `changeover.relay=redis`, and a Redis. A client publishes texts of %,d bytes on node A in all topics in turn; the members are connected to node B. Median of %d rounds. "
                + "Both nodes, Redis and the client share the processors of one machine.", parameters.get(SIZE), parameters.get(ROUNDS));
        line(text, "");
        text.append(Table.head(List.of("topics", "members", "members that receive a message", "messages in a second", "deliveries in a second", "lost", "µs of CPU for each message: node A", "Redis", "node B", "at this rate", "p50, ms", "p99, ms", "lost")));
        all.forEach((shape, rounds) -> text.append(Table.line(List.of(count(shape.topics), count(shape.members), count(shape.receivers()), count(median(rounds, Round::rate)), count(median(rounds, Round::rate) * shape.receivers()),
                lost(rounds.stream().map(Round::full).toList()), Table.micros(median(rounds, round -> round.micros(round.from))), Table.micros(median(rounds, round -> round.micros(round.relay))), Table.micros(median(rounds, round -> round.micros(round.to))),
                count(perSecond(shape)), number(median(rounds, round -> round.percentile(0.5))), number(median(rounds, round -> round.percentile(0.99))), lost(rounds.stream().map(Round::paced).toList())))));
        line(text, "");
        line(text, "- A single member is in all topics; of 1,000 members, each is in one topic.");
        line(text, "- Messages in a second: at most %d messages are on their way at a time, and fewer if a message has more than 16 receivers, at least 4. %d s for each figure.", parameters.get(WINDOW), parameters.get(SECONDS));
        line(text, "- The delay is measured at a fixed rate: %,d messages a second, or as many as are %,d deliveries a second. It begins when the message is due, independently of the servers.", parameters.get(RATE), parameters.get(DELIVERIES));
        return text.toString();
    }

    private interface Figure {
        double of(Round round);
    }

    private static double median(List<Round> rounds, Figure figure) {
        return Measured.median(rounds.stream().map(figure::of).toList());
    }

    private static String lost(List<Result> results) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * results.stream().mapToDouble(Result::lost).average().orElseThrow());
    }

    private static String count(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
