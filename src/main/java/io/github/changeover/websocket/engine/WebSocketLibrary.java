package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.AllowedOrigins;
import io.github.changeover.websocket.DeflatePolicy;
import io.github.changeover.websocket.ForwardedAuthority;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.SameOrigin;
import io.github.changeover.websocket.frames.Compression;
import jakarta.servlet.ServletContext;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** WebSocket for the application's endpoints, after the opening handshake of Changeover. Loads no Tyrus class if Tyrus is not present. */
public final class WebSocketLibrary implements ProtocolLibrary {
    private static final System.Logger LOG = System.getLogger(WebSocketLibrary.class.getName());
    private static final String ORIGINS = "changeover.websocket.origins";
    private static final String ORIGIN_REQUIRED = "changeover.websocket.origin-required";
    private static final String MESSAGE_MAX = "changeover.websocket.message.max";
    private static final String SEND_MAX = "changeover.websocket.send.max";
    private static final String DEFLATE = "changeover.websocket.deflate";
    private static final String DEFLATE_LEVEL = "changeover.websocket.deflate.level";
    private static final String DEFLATE_MIN = "changeover.websocket.deflate.min";
    private static final String DEFLATE_CONTEXT = "changeover.websocket.deflate.context";
    private static final String DEFLATE_SHARED = "changeover.websocket.deflate.shared";

    /** Called by the ServiceLoader. */
    public WebSocketLibrary() {
    }

    @Override
    public Set<String> settings() {
        Set<String> settings = new HashSet<>(pathSettings());
        settings.add(EngineChoice.SETTING);
        return settings;
    }

    @Override
    public Set<String> pathSettings() {
        Set<String> settings = new HashSet<>(Set.of(ORIGINS, ORIGIN_REQUIRED, MESSAGE_MAX, SEND_MAX, DEFLATE, DEFLATE_LEVEL, DEFLATE_MIN, DEFLATE_CONTEXT, DEFLATE_SHARED));
        settings.addAll(SessionSettings.NAMES);
        return settings;
    }

    /**
     * The settings that apply to an endpoint.
     *
     * @param origins     the gate before the handshake
     * @param handshake   the supported subprotocols and extensions
     * @param compression how messages are compressed
     * @param maxMessage  the largest size of a message in bytes, inflated
     * @param sendMax     the largest number of bytes that may wait for a session's client after an asynchronous send
     * @param sessions    the settings of open sessions
     */
    record WebSocketSettings(SameOrigin origins, HandshakePolicy handshake, Compression compression, int maxMessage, int sendMax, SessionSettings sessions) {
        static WebSocketSettings of(SettingValues settings) {
            SameOrigin origins = SameOrigin.only().allowing(origins(settings)).requiringOrigin(settings.flag(ORIGIN_REQUIRED).orElse(false)).behind(ForwardedAuthority.TRUSTED);
            DeflatePolicy deflate = DeflatePolicy.JDK.withServerNoContextTakeover(!settings.flag(DEFLATE_CONTEXT).orElse(true));
            HandshakePolicy handshake = settings.flag(DEFLATE).orElse(true) ? HandshakePolicy.NOTHING.withDeflate(deflate) : HandshakePolicy.NOTHING;
            Compression compression = new Compression(settings.number(DEFLATE_LEVEL, Compression.DEFAULT.level(), 9), settings.size(DEFLATE_MIN, Compression.DEFAULT.smallest()),
                    sharing(settings.flag(DEFLATE_SHARED)));
            return new WebSocketSettings(origins, handshake, compression, settings.size(MESSAGE_MAX, 16 << 20), settings.size(SEND_MAX, 16 << 20), SessionSettings.of(settings));
        }

        private static Compression.Sharing sharing(Optional<Boolean> flag) {
            return flag.map(shared -> shared ? Compression.Sharing.ALL : Compression.Sharing.NONE).orElse(Compression.Sharing.WITHOUT_CONTEXT);
        }

        /** Checks the gate, then the opening handshake. */
        OpeningHandshake.HandshakeOutcome check(UpgradeRequest request, ProtocolToken offered) {
            Optional<Decision.Refuse> refusal = origins.check(request, offered);
            return refusal.isPresent() ? new OpeningHandshake.RejectedHandshake(refusal.get()) : OpeningHandshake.check(request, handshake);
        }

        /** Logs a warning about the list of origins in these settings if one is needed. */
        static void warn(SettingValues settings) {
            origins(settings).warning().ifPresent(why -> LOG.log(System.Logger.Level.WARNING, "{0} = {1}: {2}", settings.effectiveName(ORIGINS), settings.value(ORIGINS).orElse(""), why));
        }

        /** Whether these settings contain a list of origins for their path. */
        static boolean hasOwnOrigins(SettingValues settings) {
            return !settings.effectiveName(ORIGINS).equals(ORIGINS);
        }

        private static AllowedOrigins origins(SettingValues settings) {
            Optional<List<String>> listed = settings.list(ORIGINS);
            try {
                return listed.isEmpty() ? AllowedOrigins.NONE : AllowedOrigins.of(listed.get());
            } catch (IllegalArgumentException wrong) {
                throw settings.wrong(ORIGINS, "origins separated by commas. " + wrong.getMessage());
            }
        }
    }

    @Override
    public void install(ServletContext context) {
        WebSocketScan.install(context);
    }

    @Override
    public Started start(Start start) {
        EndpointSettings settings = EndpointSettings.of(start.settings(), pathSettings());
        ServletContext context = start.context();
        if (!ContainerSupport.switches(context)) return new Started() { };     // the container's own engine serves WebSocket
        Set<Class<?>> endpoints = WebSocketScan.found(context);
        if (EngineChoice.of(start.settings()) == EngineChoice.CONTAINER) return ContainerEngine.start(start, settings, endpoints);
        if (!TyrusClasses.present(context.getClassLoader())) {
            if (!endpoints.isEmpty()) {
                LOG.log(System.Logger.Level.WARNING, "WebSocket endpoints are handled by the container, because Tyrus was not found: "
                        + "add a dependency on io.github.changeover:changeover-websocket. Found: {0}", endpoints);
            }
            return new Started() { };
        }
        return ChangeoverEngine.start(start, settings, endpoints);
    }
}
