package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * {@code micro}: JMH with its allocation profiler. Without arguments for JMH, all benchmarks run and the result is written to
 * docs/microbenchmarks.md.
 */
final class Micro {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private Micro() {
    }

    static void run(List<String> arguments) throws IOException {
        try {
            String[] options = Stream.concat(Stream.of("-prof", "gc"), arguments.stream()).toArray(String[]::new);
            Collection<RunResult> results = new Runner(new CommandLineOptions(options)).run();
            if (arguments.isEmpty()) Files.write(Path.of(System.getProperty("changeover.basedir"), "docs", "microbenchmarks.md"), report(results));
        } catch (RunnerException | CommandLineOptionException wrong) {
            throw new IOException(wrong);
        }
    }

    private static List<String> report(Collection<RunResult> results) {
        Stream<String> head = Stream.of("# Microbenchmarks", "",
                "Written by `./mvnw -Pbench -Dbench=micro` on " + LocalDate.now() + ", " + System.getProperty("java.vm.name") + ' '
                        + System.getProperty("java.vm.version") + ". The benchmarks are in `src/bench/java`.", "",
                "The targets: `Negotiation.handshake` below 1,000 ns, and no byte allocated by `OrdinaryRequest.bothFilters`, a request"
                        + " without `Upgrade` through both filters.", "",
                "| | ns | error | bytes allocated |", "|---|--:|--:|--:|");
        Stream<String> rows = results.stream().sorted(Comparator.comparing(result -> name(result.getParams()))).map(Micro::row);
        return Stream.concat(head, rows).toList();
    }

    private static String row(RunResult result) {
        Result<?> time = result.getPrimaryResult();
        double bytes = result.getSecondaryResults().get(ALLOCATED).getScore();
        return String.format(Locale.ROOT, "| %s | %,.0f | %,.0f | %,.0f |", name(result.getParams()), time.getScore(), time.getScoreError(), bytes);
    }

    /** Returns the names of class and method, with the parameters. */
    private static String name(BenchmarkParams benchmark) {
        String[] words = benchmark.getBenchmark().split("\\.");
        String parameters = benchmark.getParamsKeys().stream().map(key -> ", " + key + " " + benchmark.getParam(key)).collect(Collectors.joining());
        return '`' + Arrays.asList(words).get(words.length - 2).replace("Benchmark", "") + '.' + words[words.length - 1] + '`' + parameters;
    }
}
