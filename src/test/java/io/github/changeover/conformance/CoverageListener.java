package io.github.changeover.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Records the result of every test that {@link Covers} requirements in target/conformance/CONTAINER.csv. */
public final class CoverageListener implements TestExecutionListener {
    /** Maps "id,class,method" to "passed", "failed" or "skipped". */
    private final Map<String, String> results = new TreeMap<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean passed = result.getStatus() == Status.SUCCESSFUL;
        if (test.isTest() || !passed) {
            record(test, passed ? "passed" : result.getStatus() == Status.ABORTED ? "skipped" : "failed");
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        record(test, "skipped");
    }

    private synchronized void record(TestIdentifier test, String result) {
        if (test.getSource().orElse(null) instanceof MethodSource method) {
            for (String id : ids(method)) {
                results.merge(id + "," + method.getClassName() + "," + method.getMethodName(), result, CoverageListener::worse);
            }
        }
    }

    /** For several runs of one parameterized test, a failure has priority over a skip, and a skip over a pass. */
    private static String worse(String one, String other) {
        return one.equals("failed") || other.equals("passed") ? one : other;
    }

    private static Set<String> ids(MethodSource method) {
        Set<String> ids = new LinkedHashSet<>();
        addTo(ids, method.getJavaClass());
        addTo(ids, method.getJavaMethod());
        return ids;
    }

    private static void addTo(Set<String> ids, AnnotatedElement element) {
        Covers covers = element.getAnnotation(Covers.class);
        if (covers != null) {
            ids.addAll(Set.of(covers.value()));
        }
    }

    @Override
    public synchronized void testPlanExecutionFinished(TestPlan plan) {
        boolean otherSettings = System.getProperty("changeover.loops") != null;         // the same container once more
        if (results.isEmpty() || otherSettings) {
            return;
        }
        Path directory = Path.of(System.getProperty("changeover.target", "target"), "conformance");
        String container = System.getProperty("changeover.test.container", "unit");
        String rows = results.entrySet().stream().map(row -> row.getKey() + "," + row.getValue() + "\n").collect(Collectors.joining());
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(container + ".csv"), rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
