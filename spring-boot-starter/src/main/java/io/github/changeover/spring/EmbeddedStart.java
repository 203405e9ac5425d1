package io.github.changeover.spring;

import io.github.changeover.servlet.Installation;
import io.github.changeover.servlet.settings.SettingValues.InvalidSettingException;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.util.Optional;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.ConfigurableServletWebServerFactory;
import org.springframework.core.Ordered;

/**
 * Starts Changeover in an embedded web server, after all initializers. An exception in a listener would reach the application as "failed to start"
 * only; here it reaches a failure analyzer.
 */
final class EmbeddedStart implements WebServerFactoryCustomizer<ConfigurableServletWebServerFactory>, Ordered {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");

    /** The embedded web server is not supported. */
    static final class UnsupportedWebServerException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnsupportedWebServerException(String reason) {
            super(reason);
        }
    }

    /** Changeover cannot start. The message says why. */
    static final class StartFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        StartFailedException(ServletException wrong) {
            super(wrong.getMessage(), wrong);
        }
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(ConfigurableServletWebServerFactory factory) {
        factory.addInitializers(EmbeddedStart::start);
    }

    private static void start(ServletContext context) {
        if (Installation.isOff(context)) LOG.log(System.Logger.Level.WARNING, "Changeover offers no protocol in this application: changeover.container=off");
        Optional<String> reason = Installation.reasonForNoSupport(context);
        if (reason.isPresent()) throw new UnsupportedWebServerException(reason.get());
        try {
            Installation.start(context);
        } catch (ServletException wrong) {
            if (wrong.getCause() instanceof InvalidSettingException property) throw property;
            throw new StartFailedException(wrong);
        }
    }
}
