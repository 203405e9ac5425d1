package io.github.changeover.spring;

import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.ServletContext;
import java.util.Optional;
import org.springframework.web.context.WebApplicationContext;

/** The management of a Spring application. */
final class ApplicationManagement {
    private ApplicationManagement() {
    }

    /** Returns it; empty before the start and after the end of Changeover in this application. */
    static Optional<UpgradeManagement> of(WebApplicationContext application) {
        ServletContext context = application.getServletContext();
        return context == null ? Optional.empty() : UpgradeManagement.of(context);
    }
}
