package io.github.changeover.spring;

import io.github.changeover.servlet.settings.SettingValues.InvalidSettingException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Names the property, its value and what is allowed. */
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {
    /** Called by Spring Boot. */
    InvalidSettingFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable root, InvalidSettingException cause) {
        return new FailureAnalysis("The property " + ChangeoverSettings.property(cause.name()) + " is '" + cause.value() + "'.", "Set it to an allowed value: " + cause.allowed() + ".", cause);
    }
}
