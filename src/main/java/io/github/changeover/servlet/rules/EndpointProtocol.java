package io.github.changeover.servlet.rules;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.InstanceFactory;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The protocol of a class with {@link UpgradeEndpoint}. Each connection gets its own instance of the class. */
public final class EndpointProtocol implements UpgradeProtocol {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private static final Set<String> WITH_CONTENT = Set.of("POST", "PUT", "PATCH");
    private final Class<? extends ConnectionHandler> type;
    private final UpgradeEndpoint endpoint;
    private final ProtocolToken token;
    private final Supplier<? extends InstanceFactory.Instance<? extends ConnectionHandler>> instances;
    private final Map<ConnectionHandler, Runnable> releases = Collections.synchronizedMap(new IdentityHashMap<>());     // release actions of handlers in use

    private EndpointProtocol(Class<? extends ConnectionHandler> type, Instances instances) {
        this.type = type;
        this.endpoint = type.getAnnotation(UpgradeEndpoint.class);
        this.token = ProtocolToken.of(endpoint.protocol());
        PathTemplate.of(endpoint.value());
        this.instances = instances.of(type);
    }

    /** @throws IllegalStateException if the class or its annotation is not valid; the message contains the class and the reason */
    static EndpointProtocol of(Class<?> type, Instances instances) {
        if (!ConnectionHandler.class.isAssignableFrom(type)) {
            throw invalid(type, "it is not a handler; implement ConnectionHandler.Events or ConnectionHandler.Blocking", null);
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw invalid(type, "it cannot be instantiated; make it a public class that is not abstract", null);
        }
        try {
            EndpointProtocol protocol = new EndpointProtocol(type.asSubclass(ConnectionHandler.class), instances);
            protocol.warnOfContent();
            return protocol;
        } catch (RuntimeException wrong) {
            throw invalid(type, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private void warnOfContent() {
        List<String> withContent = Stream.of(endpoint.methods()).filter(WITH_CONTENT::contains).toList();
        if (endpoint.content() || withContent.isEmpty()) return;
        LOG.log(System.Logger.Level.WARNING, "The @UpgradeEndpoint of {0} is for {1} and accepts no content: a request with content is not upgraded and stays "
                + "ordinary HTTP. Set content = true, and read the content in prepare().", type.getName(), withContent);
    }

    private static IllegalStateException invalid(Class<?> type, String why, RuntimeException wrong) {
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
        return Decision.Switch.to(offered, context -> {
            InstanceFactory.Instance<? extends ConnectionHandler> instance = instances.get();
            if (instance.release() != Instances.NOTHING) releases.put(instance.value(), instance.release());
            return instance.value();
        });
    }

    /** Releases the instance of a handler. Called when its connection has ended and its last callback has returned. */
    public void release(ConnectionHandler handler) {
        Runnable release = releases.remove(handler);
        if (release != null) release.run();
    }

    @Override
    public String toString() {
        return type.getName();
    }
}
