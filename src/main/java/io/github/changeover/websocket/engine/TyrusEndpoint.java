package io.github.changeover.websocket.engine;

import io.github.changeover.http.PrintableText;
import io.github.changeover.websocket.OpeningHandshake;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.glassfish.tyrus.core.AnnotatedEndpoint;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.DebugContext;
import org.glassfish.tyrus.core.ErrorCollector;
import org.glassfish.tyrus.core.HandshakeException;
import org.glassfish.tyrus.core.ProtocolHandler;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusEndpointWrapper;
import org.glassfish.tyrus.core.TyrusServerEndpointConfigurator;
import org.glassfish.tyrus.core.Version;
import org.glassfish.tyrus.core.monitoring.EndpointEventListener;

/**
 * An endpoint of the application, run by Tyrus. Changeover matches the path itself: Tyrus would match a decoded path, and only the endpoints that it has
 * deployed.
 *
 * <p>In a handshake, Tyrus calls a {@code Configurator} of Changeover. It calls the application's {@code Configurator} and keeps the result. The
 * application receives its own configuration.
 */
final class TyrusEndpoint {
    private static final System.Logger LOG = System.getLogger(TyrusEndpoint.class.getName());
    /** The handshake that the current thread negotiates. */
    private static final ThreadLocal<HandshakeInProgress> CURRENT = new ThreadLocal<>();
    /** The largest number of different warnings that are logged for one endpoint class, so that clients cannot make the log grow without limit. */
    private static final int MOST_WARNINGS = 32;

    private final String path;
    private final Class<?> annotatedClass;      // null for an endpoint without annotation
    private final ServerEndpointConfig.Configurator configurator;
    private final TyrusEndpointWrapper wrapper;
    private final List<String> subprotocols;
    private final List<Extension> installed;
    private final boolean choosesExtensions;
    private final Set<String> warned;

    /**
     * The objects that the endpoints of an application share.
     *
     * @param warned the logged warnings by endpoint class, because an endpoint may be created for each request
     */
    record Environment(WebSocketContainer container, String contextPath, int longest, ComponentProviderService instances, Map<Class<?>, Set<String>> warned) {
        static Environment of(WebSocketContainer container, String contextPath, int longest, ComponentProviderService instances) {
            return new Environment(container, contextPath, longest, instances, new ConcurrentHashMap<>());
        }
    }

    private TyrusEndpoint(Environment home, ServerEndpointConfig config, Endpoint annotated) throws DeploymentException {
        annotatedClass = annotated == null ? null : config.getEndpointClass();
        path = config.getPath().startsWith("/") ? config.getPath() : "/" + config.getPath();
        configurator = config.getConfigurator() != null ? config.getConfigurator() : new TyrusServerEndpointConfigurator();
        subprotocols = config.getSubprotocols() == null ? List.of() : config.getSubprotocols().stream().filter(Objects::nonNull).toList();     // Spring's list contains null if no subprotocol was chosen
        installed = installed(config, home.container);
        warned = home.warned.computeIfAbsent(config.getEndpointClass(), type -> ConcurrentHashMap.newKeySet());
        choosesExtensions = overrides(configurator, "getNegotiatedExtensions", List.class, List.class);
        ServerEndpointConfig.Configurator asked = annotated == null && overrides(configurator, "getEndpointInstance", Class.class) ? new InstanceConfigurator() : new NegotiationConfigurator();
        EndpointConfigView tyrus = new EndpointConfigView.ConfiguratorView(config, configurator, asked, () -> CURRENT.get() != null);
        wrapper = annotated != null
                ? new TyrusEndpointWrapper(annotated, tyrus, home.instances, home.container, home.contextPath, asked, new UnlimitedSessions(), null, EndpointEventListener.NO_OP, false)
                : new TyrusEndpointWrapper(config.getEndpointClass().asSubclass(Endpoint.class), tyrus, home.instances, home.container, home.contextPath, asked, new UnlimitedSessions(), null,
                EndpointEventListener.NO_OP, false);
    }

    private static final class UnlimitedSessions extends TyrusEndpointWrapper.SessionListener {
    }

    /** Creates the endpoint for an annotated class. */
    static TyrusEndpoint of(Environment home, Class<?> type) throws DeploymentException {
        AnnotatedEndpoint endpoint = annotated(home, type, home.instances);
        return new TyrusEndpoint(home, (ServerEndpointConfig) endpoint.getEndpointConfig(), endpoint);
    }

    /**
     * Creates the endpoint for a configuration that application code created. If its class is annotated, the annotation supplies the values that the
     * configuration does not set.
     */
    static TyrusEndpoint of(Environment home, ServerEndpointConfig config) throws DeploymentException {
        Class<?> type = config.getEndpointClass();
        if (type == null || config.getPath() == null) throw new DeploymentException("A ServerEndpointConfig must have a class and a path; this has " + type + " and " + config.getPath());
        if (Endpoint.class.isAssignableFrom(type)) return new TyrusEndpoint(home, config, null);
        ServerEndpointConfig.Configurator own = config.getConfigurator();
        AnnotatedEndpoint endpoint = annotated(home, type, !overrides(own, "getEndpointInstance", Class.class) ? home.instances : new ComponentProviderService(home.instances) {
            @Override
            public <T> Object getEndpointInstance(Class<T> wanted) throws InstantiationException {
                return own.getEndpointInstance(wanted);
            }
        });
        return new TyrusEndpoint(home, new EndpointConfigView.OfAnnotated(config, (ServerEndpointConfig) endpoint.getEndpointConfig()), endpoint);
    }

    private static AnnotatedEndpoint annotated(Environment home, Class<?> type, ComponentProviderService instances) throws DeploymentException {
        if (!type.isAnnotationPresent(ServerEndpoint.class)) {
            throw new DeploymentException(type.getName() + " is not an endpoint: extend jakarta.websocket.Endpoint, or annotate the class with @ServerEndpoint");
        }
        if (!Modifier.isPublic(type.getModifiers())) {
            throw new DeploymentException(type.getName() + " must be a public class: otherwise its methods with @OnOpen, @OnMessage, @OnClose and @OnError cannot be called");
        }
        ErrorCollector errors = new ErrorCollector();
        AnnotatedEndpoint endpoint = AnnotatedEndpoint.fromClass(type, instances, true, home.longest, errors, EndpointEventListener.NO_OP, Set.of());
        if (!errors.isEmpty()) throw errors.composeComprehensiveException();
        useInstances(endpoint, instances);
        return endpoint;
    }

    /**
     * Makes Tyrus take instances from this service if the application has chosen no {@code Configurator}. Tyrus believes that the default of another engine
     * is one of the application: with Tomcat's WebSocket JAR on the class path, Tomcat's default would make the instances, without injection.
     */
    private static void useInstances(AnnotatedEndpoint endpoint, ComponentProviderService instances) {
        ServerEndpointConfig.Configurator configurator = ((ServerEndpointConfig) endpoint.getEndpointConfig()).getConfigurator();
        if (configurator == null || configurator instanceof TyrusServerEndpointConfigurator || overrides(configurator, "getEndpointInstance", Class.class)) return;
        try {
            Field field = AnnotatedEndpoint.class.getDeclaredField("componentProvider");
            field.setAccessible(true);
            field.set(endpoint, instances);
        } catch (ReflectiveOperationException | RuntimeException unknownVersion) {
            LOG.log(System.Logger.Level.WARNING, "Unsupported Tyrus version: {0} makes the instances of WebSocket endpoints, without injection. {1}", configurator.getClass().getName(), unknownVersion.toString());
        }
    }

    /** Returns all installed extensions. Those of the application come first. */
    private static List<Extension> installed(ServerEndpointConfig config, WebSocketContainer container) {
        List<Extension> all = new ArrayList<>();
        if (config.getExtensions() != null) config.getExtensions().stream().filter(Objects::nonNull).forEach(all::add);
        for (Extension extension : container.getInstalledExtensions()) {
            if (all.stream().noneMatch(each -> each.getName().equals(extension.getName()))) all.add(extension);
        }
        return List.copyOf(all);
    }

    /** Whether a class of the application overrides this method. A method of the API, or of the default {@code Configurator}, does not count. */
    private static boolean overrides(ServerEndpointConfig.Configurator configurator, String method, Class<?>... parameters) {
        if (configurator == null) return false;
        try {
            Class<?> owner = configurator.getClass().getMethod(method, parameters).getDeclaringClass();
            return !ServerDefaultConfigurator.isDefault(owner);
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether both are for the same annotated class and path. */
    boolean isFor(TyrusEndpoint other) {
        return annotatedClass != null && annotatedClass == other.annotatedClass && path.equals(other.path);
    }

    /** Returns the path as configured, with a leading slash. */
    String path() {
        return path;
    }

    /** Returns the supported subprotocols. */
    List<String> subprotocols() {
        return subprotocols;
    }

    // ---- the handshake

    /** Whether the application's {@code Configurator} accepts this origin. */
    boolean acceptsOrigin(String origin) {
        return configurator.checkOrigin(origin);
    }

    /**
     * Calls the application's {@code Configurator}, which makes its choices and may change the response. Does not create a session.
     *
     * @throws HandshakeException if Tyrus rejects the handshake
     */
    TyrusHandshake handshake(RequestContext request, OpeningHandshake.AcceptedHandshake accepted) throws HandshakeException {
        ProtocolHandler protocol = Version.DRAFT17.createHandler(false, null);
        TyrusResponse response = new TyrusResponse();
        HandshakeInProgress negotiation = new HandshakeInProgress(this, accepted, new ExtensionChain());
        CURRENT.set(negotiation);
        boolean done = false;
        try {
            protocol.handshake(wrapper, request, response, negotiation.chain);
            ExtensionChoice choice = negotiation.choice.withOnly(response.getHeaders().getOrDefault(HandshakeRequest.SEC_WEBSOCKET_EXTENSIONS, List.of()));
            negotiation.chain.use(choice.running());
            if (!negotiation.chain.isKnown()) protocol.setExtensionContext(null);      // only extensions need it
            done = true;
            return new TyrusHandshake(wrapper, protocol, request, response, choice, negotiation.chain, new DebugContext());
        } finally {
            CURRENT.remove();
            if (!done) negotiation.chain.destroy();
        }
    }

    /** The state of one handshake, used on the thread that negotiates it. */
    private static final class HandshakeInProgress {
        private final TyrusEndpoint endpoint;
        private final OpeningHandshake.AcceptedHandshake accepted;
        private final ExtensionChain chain;
        private ExtensionChoice choice = new ExtensionChoice(List.of(), List.of());

        HandshakeInProgress(TyrusEndpoint endpoint, OpeningHandshake.AcceptedHandshake accepted, ExtensionChain chain) {
            this.endpoint = endpoint;
            this.accepted = accepted;
            this.chain = chain;
        }

        void choose() {
            List<Extension> chosen = endpoint.configurator.getNegotiatedExtensions(new ArrayList<>(endpoint.installed), ExtensionChoice.jakarta(accepted.offeredExtensions()));
            choice = ExtensionChoice.of(chosen, endpoint.installed, accepted, endpoint.choosesExtensions, chain, endpoint::warn);
        }
    }

    private void warn(String sentence) {
        if (warned.size() < MOST_WARNINGS && warned.add(sentence)) LOG.log(System.Logger.Level.WARNING, "WebSocket endpoint {0}: {1}", PrintableText.of(path), sentence);
    }

    /** The {@code Configurator} that Tyrus calls. */
    private abstract class CallingConfigurator extends ServerEndpointConfig.Configurator {
        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return configurator.getNegotiatedSubprotocol(supported, requested);
        }

        /** Returns no extension, because Tyrus would write its result into the response. {@link #modifyHandshake} writes the chosen extensions instead. */
        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> none, List<Extension> offered) {
            CURRENT.get().choose();
            return List.of();
        }

        @Override
        public boolean checkOrigin(String origin) {
            return configurator.checkOrigin(origin);
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            List<String> lines = CURRENT.get().choice.lines();
            if (!lines.isEmpty()) response.getHeaders().put(HandshakeRequest.SEC_WEBSOCKET_EXTENSIONS, new ArrayList<>(lines));
            configurator.modifyHandshake(new EndpointConfigView.ForApplication(config, configurator), request, response);
        }
    }

    private final class NegotiationConfigurator extends CallingConfigurator {
    }

    /** Used if the application creates its endpoint instances itself. */
    private final class InstanceConfigurator extends CallingConfigurator {
        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            return configurator.getEndpointInstance(type);
        }
    }
}
