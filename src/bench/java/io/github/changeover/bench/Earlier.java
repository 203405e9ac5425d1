package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The figures of the bars in the stored report of the previous run. Those of another run should differ by at most 15 %. */
record Earlier(Map<String, Double> figures) {
    static final String COLUMN = "measured";

    /** Reads the figures from the report; empty if there is no report. */
    static Earlier of(Path file) throws IOException {
        Map<String, Double> figures = new HashMap<>();
        if (Files.exists(file)) {
            List<String> lines = Files.readAllLines(file);
            Optional<String> head = lines.stream().filter(line -> line.contains("| " + COLUMN + " |")).findFirst();
            int at = head.map(line -> cells(line).indexOf(COLUMN)).orElse(-1);
            lines.stream().filter(line -> at > 0 && line.startsWith("| ")).map(Earlier::cells).filter(cells -> cells.size() > at && cells.get(at).matches("\\d+\\.\\d+"))
                    .forEach(cells -> figures.putIfAbsent(cells.get(0), Double.parseDouble(cells.get(at))));
        }
        return new Earlier(figures);
    }

    Optional<Double> of(Bar bar) {
        return Optional.ofNullable(figures.get(bar.title()));
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
    }
}
