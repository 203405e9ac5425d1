package io.github.changeover.spring;

import io.github.changeover.spring.EmbeddedStart.UnsupportedWebServerException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which web servers are supported and how to start without protocols. */
final class UnsupportedWebServerFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedWebServerException> {
    /** Called by Spring Boot. */
    UnsupportedWebServerFailureAnalyzer() {
    }

    @Override
    protected FailureAnalysis analyze(Throwable root, UnsupportedWebServerException cause) {
        return new FailureAnalysis(cause.getMessage(), "Use Tomcat (spring-boot-starter-tomcat), or set changeover.container=off to start without protocols.", cause);
    }
}
