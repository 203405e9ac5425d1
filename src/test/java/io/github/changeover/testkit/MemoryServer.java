package io.github.changeover.testkit;

import io.github.changeover.connection.ApplicationResources;
import io.github.changeover.connection.ConnectionLimits;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.TokenSwitches;
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
 * An application in memory that changes protocols: requests in bytes, the real negotiation, the real connection behind a 101,
 * and no container. What a container adds is not here: its own fields, its login, its limits of a request.
 * <pre>{@code
 * MemoryServer server = MemoryServer.offering("/lines", new Lines());
 * Wire wire = server.connect().send(Message.offering("/lines", "lines/1"));
 * Expect.answer(wire.readHead()).switchesTo("lines/1");
 * assertEquals("hello\r\n", wire.send("hello\n").readLine());
 * }</pre>
 * For tests of one thread: requests are answered inside {@link Wire#send}.
 */
public final class MemoryServer implements AutoCloseable {
    private static final OriginalResponse NO_APPLICATION = OriginalResponse.of(404, Fields.of("Content-Type", "text/plain"),
            "No protocol was taken, and there is no application here.\n".getBytes(StandardCharsets.US_ASCII));
    private final List<PathRule> rules = new ArrayList<>();
    private final TokenSwitches switches = new TokenSwitches();
    private final PendingCallbacks callbacks = new PendingCallbacks();
    private final ApplicationResources application = MemoryConnection.application(ConnectionLimits.DEFAULT.queue(), callbacks);
    private Function<UpgradeRequest, OriginalResponse> pages = request -> NO_APPLICATION;
    private Optional<String> user = Optional.empty();
    private Set<String> roles = Set.of();

    private MemoryServer() {
    }

    /** One path that offers these protocols. */
    public static MemoryServer offering(String template, UpgradeProtocol... protocols) {
        return new MemoryServer().and(template, protocols);
    }

    /** One path whose connections get a handler each, as with {@code @UpgradeEndpoint}. */
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

    /** These rules: for gates, roles and what else a path may say. */
    public static MemoryServer of(PathRule... rules) {
        MemoryServer server = new MemoryServer();
        server.rules.addAll(List.of(rules));
        return server;
    }

    /** One more path. */
    public MemoryServer and(String template, UpgradeProtocol... protocols) {
        rules.add(PathRule.on(template).offer(protocols).build());
        return this;
    }

    /** What answers a request that stays HTTP, or comes before a protocol that {@link UpgradeProtocol#answersOriginalRequest}. */
    public MemoryServer application(Function<UpgradeRequest, OriginalResponse> answers) {
        pages = answers;
        return this;
    }

    /** Who has logged in, in the requests that come after. */
    public MemoryServer user(String name, String... has) {
        user = Optional.of(name);
        roles = new LinkedHashSet<>(List.of(has));
        return this;
    }

    /** What is disabled at run time. */
    public TokenSwitches switches() {
        return switches;
    }

    /** A connection to it. */
    public Wire connect() {
        return new Wire(new MemoryExchange(this));
    }

    /** As when the application goes: handlers may say goodbye for so long, then every connection ends. */
    public void drain(Duration grace) {
        MemoryConnection.drain(application, callbacks, grace);
    }

    /** Ends every connection. */
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

    /** Runs what a container would run on another thread. */
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
