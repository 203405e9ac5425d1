package io.github.changeover.spring;

import io.github.changeover.spring.EmbeddedStart.StartFailedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows the message of a start that failed for another reason than a property, such as an endpoint class that is not public. */
final class StartFailureAnalyzer extends AbstractFailureAnalyzer<StartFailedException> {
    /** Called by Spring Boot. */
    StartFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable root, StartFailedException cause) {
        return new FailureAnalysis(cause.getMessage(), "Correct it, or set changeover.enabled=false to start without Changeover.", cause);
    }
}
