package io.github.changeover.websocket.engine;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.glassfish.tyrus.spi.UpgradeResponse;

/** The response that Tyrus and the application's {@code Configurator} complete. That of Tyrus converts two names to lower case for each comparison. */
final class TyrusResponse extends UpgradeResponse {
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int status;

    @Override
    public int getStatus() {
        return status;
    }

    @Override
    public void setStatus(int code) {
        status = code;
    }

    @Override
    public Map<String, List<String>> getHeaders() {
        return headers;
    }

    /** Has no effect: the container has its own reason phrases. */
    @Override
    public void setReasonPhrase(String phrase) {
        // not sent
    }

    @Override
    public String getReasonPhrase() {
        return "";
    }
}
