package io.github.changeover.servlet;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The protocol of a class with {@link UpgradeEndpoint}: every connection gets an instance of its own. */
final class EndpointProtocol implements UpgradeProtocol {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");
    private final Class<? extends ConnectionHandler> type;
    private final UpgradeEndpoint endpoint;
    private final ProtocolToken token;
    private final Supplier<? extends Instances.Instance<? extends ConnectionHandler>> instances;

    private EndpointProtocol(Class<? extends ConnectionHandler> type, Instances instances) {
        this.type = type;
        this.endpoint = type.getAnnotation(UpgradeEndpoint.class);
        this.token = ProtocolToken.of(endpoint.protocol());
        PathTemplate.of(endpoint.value());
        this.instances = instances.of(type);
    }

    /** @throws IllegalStateException when the class, or what its annotation says, will not do; the message names both */
    static EndpointProtocol of(Class<?> type, Instances instances) {
        if (!ConnectionHandler.class.isAssignableFrom(type)) {
            throw unfit(type, "it is no handler; let it implement ConnectionHandler.Events or ConnectionHandler.Blocking", null);
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw unfit(type, "no instance can be made; let it be a public class that is not abstract", null);
        }
        try {
            EndpointProtocol protocol = new EndpointProtocol(type.asSubclass(ConnectionHandler.class), instances);
            protocol.warnOfContent();
            return protocol;
        } catch (RuntimeException wrong) {
            throw unfit(type, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private void warnOfContent() {
        List<String> withContent = Stream.of(endpoint.methods()).filter(WITH_CONTENT::contains).toList();
        if (endpoint.content() || withContent.isEmpty()) return;
        LOG.log(System.Logger.Level.WARNING, "The @UpgradeEndpoint of {0} is for {1} and takes no content: a request with content is not upgraded and stays "
                + "ordinary HTTP. Set content = true, and read the content in prepare().", type.getName(), withContent);
    }

    private static IllegalStateException unfit(Class<?> type, String why, RuntimeException wrong) {
        return new IllegalStateException("The @UpgradeEndpoint of " + type.getName() + " cannot be used: " + why, wrong);
    }

    UpgradeEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(token);
    }

    @Override
    public ContentRule content() {
        return new ContentRule(Set.of(endpoint.methods()), endpoint.content());
    }

    @Override
    public EarlyData earlyData() {
        return endpoint.earlyData();
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> released(instances.get()));
    }

    private static ConnectionHandler released(Instances.Instance<? extends ConnectionHandler> instance) {
        Runnable release = instance.release();
        return instance.value() instanceof ConnectionHandler.Events events ? new ReleasedEvents(events, release)
                : new ReleasedBlocking((ConnectionHandler.Blocking) instance.value(), release);
    }

    private record ReleasedBlocking(ConnectionHandler.Blocking handler, Runnable release) implements ConnectionHandler.Blocking {
        @Override
        public void prepare(SwitchContext context) {
            handler.prepare(context);
        }

        @Override
        public void serve(SwitchedConnection connection) throws IOException {
            try {
                handler.serve(connection);
            } finally {
                release.run();
            }
        }

        @Override
        public void unserved() {
            try {
                handler.unserved();
            } finally {
                release.run();
            }
        }
    }

    private record ReleasedEvents(ConnectionHandler.Events handler, Runnable release) implements ConnectionHandler.Events {
        @Override
        public void prepare(SwitchContext context) {
            handler.prepare(context);
        }

        @Override
        public void opened(SwitchedConnection connection) {
            handler.opened(connection);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer octets) {
            handler.received(connection, octets);
        }

        @Override
        public void writable(SwitchedConnection connection) {
            handler.writable(connection);
        }

        @Override
        public void ended(SwitchedConnection connection) {
            handler.ended(connection);
        }

        @Override
        public void drain(SwitchedConnection connection, Duration grace) {
            handler.drain(connection, grace);
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
            try {
                handler.closed(connection, cause);
            } finally {
                release.run();
            }
        }
    }

    @Override
    public String toString() {
        return type.getName();
    }
}
