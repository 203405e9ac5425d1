package io.github.changeover.servlet;

import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A protocol that the container implements. Rules, gates and the filters of the application are checked first. No {@code SwitchedConnection} is made,
 * and the handler factory of the decision is never called. Internal.
 */
public interface ContainerProtocol extends UpgradeProtocol {
    /** Passes the request to the container, which responds to it. Called instead of a switch. */
    void passToContainer(HttpServletRequest request, HttpServletResponse response, SwitchContext context) throws IOException, ServletException;
}
