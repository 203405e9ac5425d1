package io.github.changeover.testkit;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An application in memory, without a container: it reads requests as bytes, negotiates with the same code as a real application,
 * and has a real connection after a 101. Everything that a container adds is missing: its own header fields, its login, and its
 * limits for requests.
 * <pre>{@code
 * MemoryServer server = MemoryServer.offering("/lines", new Lines());
 * Wire wire = server.connect().send(Message.offering("/lines", "lines/1"));
 * Expect.answer(wire.readHead()).switchesTo("lines/1");
 * assertEquals("hello\r\n", wire.send("hello\n").readLine());
 * }</pre>
 * Not thread-safe: for tests with one thread. A request gets its response inside {@link Wire#send}, and callbacks run there, too.
 * A {@link ConnectionHandler.Blocking} runs on a separate thread.
 */
public final class MemoryServer implements AutoCloseable {
    private static final OriginalResponse NO_APPLICATION = OriginalResponse.of(404, Fields.of("Content-Type", "text/plain"),
            "No protocol was taken, and there is no application here.\n".getBytes(StandardCharsets.US_ASCII));
    private final List<PathRule> rules = new ArrayList<>();
    private final ProtocolToggles toggles = new ProtocolToggles();
    private final PendingCallbacks callbacks = new PendingCallbacks();
    private final ApplicationResources application = MemoryConnection.application(ConnectionLimits.DEFAULT.queue(), callbacks);
    private Function<UpgradeRequest, OriginalResponse> pages = request -> NO_APPLICATION;
    private Optional<String> user = Optional.empty();
    private Set<String> roles = Set.of();

    private MemoryServer() {
    }

    /**
     * Returns a server that offers these protocols on one path.
     * @param template the path template, such as {@code /lines/{room}}
     * @throws IllegalArgumentException if the template is not valid, or no protocol is given
     */
    public static MemoryServer offering(String template, UpgradeProtocol... protocols) {
        return new MemoryServer().and(template, protocols);
    }

    /**
     * Returns a server with one path whose connections get one handler each, as with {@code @UpgradeEndpoint}.
     * @param protocol the token, such as {@code example/1}
     */
    public static MemoryServer handling(String template, String protocol, Supplier<? extends ConnectionHandler> handlers) {
        return offering(template, new Handled(ProtocolToken.of(protocol), handlers));
    }

    private record Handled(ProtocolToken token, Supplier<? extends ConnectionHandler> handlers) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(token);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> handlers.get());
        }
    }

    /** Returns a server with these rules, for tests of gates, roles and other conditions of a path. */
    public static MemoryServer of(PathRule... rules) {
        MemoryServer server = new MemoryServer();
        server.rules.addAll(List.of(rules));
        return server;
    }

    /** Adds a path that offers these protocols. Returns this server. */
    public MemoryServer and(String template, UpgradeProtocol... protocols) {
        rules.add(PathRule.on(template).offer(protocols).build());
        return this;
    }

    /**
     * Sets the application that responds to a request that stays HTTP, and to the original request of a protocol with
     * {@link UpgradeProtocol#answersOriginalRequest}. The default responds with 404. Returns this server.
     */
    public MemoryServer application(Function<UpgradeRequest, OriginalResponse> answers) {
        pages = answers;
        return this;
    }

    /**
     * Sets the authenticated user of all later requests. Returns this server.
     * @param has the roles of the user
     */
    public MemoryServer user(String name, String... has) {
        user = Optional.of(name);
        roles = new LinkedHashSet<>(List.of(has));
        return this;
    }

    /** Returns the toggles that turn protocols off and on at any time. */
    public ProtocolToggles toggles() {
        return toggles;
    }

    /** Opens a client connection to this server. */
    public Wire connect() {
        return new Wire(new MemoryExchange(this));
    }

    /**
     * Drains the server, as when the application stops: calls {@code drain} of every handler, waits at most {@code grace} for the
     * ends, and then closes all connections.
     */
    public void drain(Duration grace) {
        MemoryConnection.drain(application, callbacks, grace);
    }

    /** Closes all connections and ends all threads. */
    @Override
    public void close() {
        drain(Duration.ZERO);
        application.blocking().close();
        application.close();
    }

    PathPolicy policy() {
        return PathPolicy.of(rules);
    }

    OriginalResponse page(UpgradeRequest request) {
        return pages.apply(request);
    }

    /** Runs the callbacks that a container would run on another thread. */
    void runCallbacks() {
        callbacks.run();
    }

    ApplicationResources live() {
        return application;
    }

    Optional<String> user() {
        return user;
    }

    Set<String> roles() {
        return roles;
    }
}
