package io.github.changeover.websocket.engine;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.glassfish.tyrus.core.TyrusServerEndpointConfig;

/** A view of a configuration of the application, with some values changed. Returns an empty list or map instead of null. */
abstract class EndpointConfigView implements ServerEndpointConfig {
    final ServerEndpointConfig config;
    private final Configurator configurator;
    private final Map<String, Object> own;      // null if the application's configuration has properties

    EndpointConfigView(ServerEndpointConfig config, Configurator configurator) {
        this.config = config;
        this.configurator = configurator;
        this.own = config.getUserProperties() == null ? new ConcurrentHashMap<>() : null;
    }

    /** The view for the application, with its own {@code Configurator}. */
    static final class ForApplication extends EndpointConfigView {
        ForApplication(ServerEndpointConfig config, Configurator configurator) {
            super(config, configurator);
        }
    }

    /** The view for Tyrus, which has another {@code Configurator} during a handshake. */
    static final class ConfiguratorView extends EndpointConfigView implements TyrusServerEndpointConfig {
        private final Configurator tyrusConfigurator;
        private final BooleanSupplier negotiates;

        ConfiguratorView(ServerEndpointConfig config, Configurator configurator, Configurator tyrusConfigurator, BooleanSupplier negotiates) {
            super(config, configurator);
            this.tyrusConfigurator = tyrusConfigurator;
            this.negotiates = negotiates;
        }

        @Override
        public Configurator getConfigurator() {
            return negotiates.getAsBoolean() ? tyrusConfigurator : super.getConfigurator();
        }

        @Override
        public int getMaxSessions() {
            return maxSessions(config);
        }

        private static int maxSessions(ServerEndpointConfig config) {
            if (config instanceof TyrusServerEndpointConfig limited) return limited.getMaxSessions();
            return config instanceof OfAnnotated annotated ? maxSessions(annotated.annotation) : 0;
        }
    }

    /** A configuration that application code created for an annotated class. The annotation supplies the values that the configuration does not set. */
    static final class OfAnnotated extends EndpointConfigView {
        private final ServerEndpointConfig annotation;

        OfAnnotated(ServerEndpointConfig config, ServerEndpointConfig annotation) {
            super(config, isDefault(config.getConfigurator()) ? annotation.getConfigurator() : config.getConfigurator());
            this.annotation = annotation;
        }

        private static boolean isDefault(Configurator configurator) {
            return configurator == null || ServerDefaultConfigurator.isDefault(configurator.getClass());
        }

        @Override
        public List<String> getSubprotocols() {
            return super.getSubprotocols().isEmpty() ? annotation.getSubprotocols() : super.getSubprotocols();
        }

        @Override
        public List<Class<? extends Encoder>> getEncoders() {
            return both(super.getEncoders(), annotation.getEncoders());
        }

        @Override
        public List<Class<? extends Decoder>> getDecoders() {
            return both(super.getDecoders(), annotation.getDecoders());
        }

        private static <T> List<T> both(List<T> first, List<T> second) {
            Set<T> all = new LinkedHashSet<>(first);
            all.addAll(second);
            return new ArrayList<>(all);
        }
    }

    @Override
    public Configurator getConfigurator() {
        return configurator;
    }

    @Override
    public Class<?> getEndpointClass() {
        return config.getEndpointClass();
    }

    @Override
    public String getPath() {
        return config.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return orEmpty(config.getSubprotocols());
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    @Override
    public List<Extension> getExtensions() {
        return orEmpty(config.getExtensions());
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return orEmpty(config.getEncoders());
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return orEmpty(config.getDecoders());
    }

    @Override
    public Map<String, Object> getUserProperties() {
        Map<String, Object> properties = config.getUserProperties();
        return properties != null ? properties : own;
    }
}
