package io.github.changeover.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Names the property, and those that exist. */
final class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<UnknownPropertyException> {
    /** Called by Spring Boot. */
    UnknownPropertyFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable root, UnknownPropertyException cause) {
        return new FailureAnalysis("There is no property " + cause.name() + ".", cause.hint(), cause);
    }
}
