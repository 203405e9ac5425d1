package extensions;

import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Records the extensions that it gets, and chooses as configured. */
public class Choosing extends ServerEndpointConfig.Configurator {
    private static final ThreadLocal<String> ASKED = new ThreadLocal<>();
    private final String how;

    /** For the annotation. It chooses like the default Configurator. */
    public Choosing() {
        this("default");
    }

    Choosing(String how) {
        this.how = how;
    }

    @Override
    public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
        ASKED.set(Named.text(installed) + " | " + Named.text(requested));
        List<Extension> chosen = new ArrayList<>(requested);
        switch (how) {
            case "none" -> chosen.clear();
            case "reversed" -> Collections.reverse(chosen);
            case "unoffered" -> chosen.add(0, new Named("unoffered", List.of()));
            case "malformed" -> chosen.replaceAll(each -> new Named(each.getName(), List.of(new Named.Value("a b", "c"))));
            default -> {
                return super.getNegotiatedExtensions(installed, requested);
            }
        }
        return chosen;
    }

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        config.getUserProperties().put("asked", String.valueOf(ASKED.get()));
        config.getUserProperties().put("configurator", config.getConfigurator() == this);
        ASKED.remove();
        if (request.getHeaders().containsKey("X-Without")) response.getHeaders().remove("Sec-WebSocket-Extensions");
    }
}
