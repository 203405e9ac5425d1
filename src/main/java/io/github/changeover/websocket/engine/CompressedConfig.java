package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.Deflate;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.core.TyrusServerEndpointConfig;

/**
 * A program's endpoint with permessage-deflate among its extensions, so that its {@code Configurator} is asked for it as that of
 * an annotated endpoint is.
 *
 * @param getPath where it is served
 */
record CompressedConfig(ServerEndpointConfig config, List<Extension> extensions, String getPath) implements ServerEndpointConfig {
    static ServerEndpointConfig of(ServerEndpointConfig config) {
        boolean has = config.getExtensions().stream().anyMatch(extension -> extension.getName().equals(Deflate.NAME));
        boolean annotated = config.getEndpointClass().isAnnotationPresent(ServerEndpoint.class);
        if (has || annotated || config instanceof TyrusServerEndpointConfig) return config;
        List<Extension> more = new ArrayList<>(config.getExtensions());
        more.add(new EndpointContainer.Named(Deflate.NAME, List.of()));
        return new CompressedConfig(config, List.copyOf(more), config.getPath());
    }

    /** The same at another path. */
    static ServerEndpointConfig at(String path, ServerEndpointConfig config) {
        return new CompressedConfig(config, of(config).getExtensions(), path);
    }

    @Override
    public List<Extension> getExtensions() {
        return extensions;
    }

    @Override
    public Class<?> getEndpointClass() {
        return config.getEndpointClass();
    }

    @Override
    public List<String> getSubprotocols() {
        return config.getSubprotocols();
    }

    @Override
    public Configurator getConfigurator() {
        return config.getConfigurator();
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return config.getEncoders();
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return config.getDecoders();
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return config.getUserProperties();
    }
}
