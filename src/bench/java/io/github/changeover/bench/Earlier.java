package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ratios in the stored report of the previous run. The ratios of another run should differ by at most 15 %. */
record Earlier(Map<String, Double> ratios) {
    /** Reads the ratios from the report; empty if there is no report. */
    static Earlier of(Path file) throws IOException {
        Map<String, Double> ratios = new HashMap<>();
        if (Files.exists(file)) {
            List<String> lines = Files.readAllLines(file);
            Optional<String> head = lines.stream().filter(line -> line.contains("| ratio |")).findFirst();
            int at = head.map(line -> cells(line).indexOf("ratio")).orElse(-1);
            lines.stream().filter(line -> at > 0 && line.startsWith("| ")).map(Earlier::cells).filter(cells -> cells.size() > at && cells.get(at).matches("\\d+\\.\\d+"))
                    .forEach(cells -> ratios.putIfAbsent(cells.get(0), Double.parseDouble(cells.get(at))));
        }
        return new Earlier(ratios);
    }

    Optional<Double> ratio(Row row) {
        return Optional.ofNullable(ratios.get(row.title()));
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
    }
}
