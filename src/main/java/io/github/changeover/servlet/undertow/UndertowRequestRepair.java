package io.github.changeover.servlet.undertow;

import io.github.changeover.http.ConnectionField;
import io.github.changeover.servlet.adapter.InnermostRequest;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;

/** Closes connections where RFC 9112 section 9.6 requires it: Undertow does not find {@code close} in a Connection field with several options. */
final class UndertowRequestRepair implements RequestRepair {
    @Override
    public HttpServletRequest repair(HttpServletRequest request) {
        if (ConnectionField.has(Collections.list(request.getHeaders("Connection")), "close")) closeAfterResponse(request);
        return request;
    }

    @Override
    public void closeAfterResponse(HttpServletRequest request) {
        if (InnermostRequest.of(request) instanceof HttpServletRequestImpl undertows) undertows.getExchange().setPersistent(false);
    }
}
