package io.github.changeover.servlet.payara;

import io.github.changeover.http.ConnectionField;
import io.github.changeover.http.ReasonPhrase;
import io.github.changeover.servlet.adapter.RequestRepair;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;

/**
 * Grizzly treats every request with {@code Upgrade} as a raw connection: its content has no end, and the connection closes after the response. This
 * class makes it an ordinary request until the connection is upgraded. {@link GrizzlyRequest} has the operations.
 */
final class PayaraRequestRepair implements RequestRepair {
    private static final String REPAIRED = GrizzlyRequest.class.getName();      // request attribute: the GrizzlyRequest that repair() has changed
    private static final String RAW = PayaraRequestRepair.class.getName() + ".raw";
    private static final String CLOSES = PayaraRequestRepair.class.getName() + ".closes";

    @Override
    public HttpServletRequest repair(HttpServletRequest request) {
        Optional<GrizzlyRequest> grizzly = GrizzlyRequest.of(request);
        GrizzlyRequest.Repair repair = grizzly.map(GrizzlyRequest::repair).orElse(GrizzlyRequest.Repair.NOT_POSSIBLE);
        if (repair == GrizzlyRequest.Repair.NOT_POSSIBLE) request.setAttribute(RAW, true);
        if (repair != GrizzlyRequest.Repair.DONE) return request;
        request.setAttribute(REPAIRED, grizzly.get());
        if (ConnectionField.has(Collections.list(request.getHeaders("Connection")), "close")) closeAfterResponse(request);
        return new Repaired(request);
    }

    /** A repaired request. If other code calls upgrade() on it, such as the container's own WebSocket engine, the connection becomes raw again. */
    private final class Repaired extends HttpServletRequestWrapper {
        Repaired(HttpServletRequest request) {
            super(request);
        }

        @Override
        public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler) throws IOException, ServletException {
            revert(this);
            return super.upgrade(handler);
        }
    }

    @Override
    public boolean contentEndsWithFraming(HttpServletRequest request) {
        return request.getAttribute(RAW) == null;
    }

    @Override
    public ReadTimeout readTimeout(HttpServletRequest request) {
        Optional<GrizzlyRequest> grizzly = GrizzlyRequest.of(request);
        if (grizzly.isEmpty()) return ReadTimeout.FIXED;
        long original = grizzly.get().readTimeout();
        return new ReadTimeout() {
            @Override
            public void set(long millis) {
                grizzly.get().setReadTimeout(millis);
            }

            @Override
            public void restore() {
                if (original >= 0) grizzly.get().setReadTimeout(original);
            }
        };
    }

    @Override
    public void abandonContent(HttpServletRequest request) {
        GrizzlyRequest.of(request).ifPresent(GrizzlyRequest::abandonContent);
    }

    @Override
    public void revert(HttpServletRequest request) throws IOException {
        if (!(request.getAttribute(REPAIRED) instanceof GrizzlyRequest repaired)) {
            GrizzlyRequest.of(request).ifPresent(GrizzlyRequest::clearUpgradeState);
            return;
        }
        if (!repaired.restoreRaw()) throw new IOException("The connection cannot be upgraded while content of the request is unread. Read the content to its end first");
        repaired.clearUpgradeState();
    }

    @Override
    public void setReasonPhrase(HttpServletRequest request, int status) {
        String phrase = ReasonPhrase.of(status);
        if (!phrase.isEmpty()) GrizzlyRequest.of(request).ifPresent(grizzly -> grizzly.setReasonPhrase(phrase));
    }

    /** Sets the field without the API. If the API sets it, the response loses its framing, and the client waits for its end. */
    @Override
    public void setUpgradeField(HttpServletRequest request, HttpServletResponse response, String tokens) {
        GrizzlyRequest.of(request).ifPresent(grizzly -> grizzly.setResponseHeader("Upgrade", tokens));
    }

    @Override
    public void closeAfterResponse(HttpServletRequest request) {
        GrizzlyRequest.of(request).filter(GrizzlyRequest::closeAfterResponse).ifPresent(grizzly -> request.setAttribute(CLOSES, true));
    }

    @Override
    public void afterResponse(HttpServletRequest request) {
        if (request.getAttribute(CLOSES) != null && !request.isAsyncStarted()) GrizzlyRequest.of(request).ifPresent(GrizzlyRequest::dropBytesAfterContent);
    }
}
