package io.github.changeover.servlet;

import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A protocol that the container itself speaks, once rules, gates and the application's filters have let a request pass: no connection
 * of ours is made, and its decision's handler is never asked for. Internal.
 */
public interface CarriedByContainer extends UpgradeProtocol {
    /** Hands the request to the container, which answers it. Called where a switch would be made. */
    void carry(HttpServletRequest request, HttpServletResponse response, SwitchContext context) throws IOException, ServletException;
}
