package io.github.changeover.topics;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.rules.Instances;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Starts the topics of an application, and their relay if there is one. */
public final class TopicsLibrary implements ProtocolLibrary {
    private static final String MAX = "changeover.topics.max";
    private static final String MEMBER_MAX = "changeover.topics.member.max";
    private static final String MESSAGE_MAX = "changeover.topics.message.max";
    private static final String WAITING_MAX = "changeover.topics.waiting.max";
    private static final String RELAY = "changeover.relay";
    private static final String RELAY_NAME = "changeover.relay.name";
    private static final String RELAY_SECRET = "changeover.relay.secret";
    private static final String RELAY_QUEUE_MAX = "changeover.relay.queue.max";
    private static final String NONE = "none";
    private static final int LONGEST_NAME = 90;

    /** Called by the ServiceLoader. */
    public TopicsLibrary() {
    }

    @Override
    public Set<String> settings() {
        Set<String> settings = new TreeSet<>(Set.of(MAX, MEMBER_MAX, MESSAGE_MAX, WAITING_MAX, RELAY, RELAY_NAME, RELAY_SECRET, RELAY_QUEUE_MAX));
        ServiceLoader.load(RelayFactory.class, TopicsLibrary.class.getClassLoader()).forEach(factory -> settings.addAll(factory.settings()));
        return settings;
    }

    @Override
    public Started start(Start start) {
        ServletContext context = start.context();
        SettingValues settings = start.settings();
        Topics topics = Topics.of(context);
        TopicLimits base = TopicLimits.DEFAULT;
        topics.limit(new TopicLimits(settings.number(MAX, base.topics(), 10_000_000), settings.number(MEMBER_MAX, base.ofMember(), 1_000_000),
                settings.size(MESSAGE_MAX, base.message()), settings.size(WAITING_MAX, base.waitingBytes())));
        Instances instances = Instances.of(context);
        start.found(TopicListener.class).forEach(topics::listen);
        if (instances.firesEvents()) topics.listen(instances::fire);
        String kind = settings.value(RELAY).orElse(NONE);
        Cluster cluster = kind.equals(NONE) ? null : cluster(start, topics, kind);
        topics.start(context.getClassLoader(), cluster, task -> start.results().execute(() -> inScope(start.scope(), task)));
        if (cluster != null) cluster.start();
        return new StartedTopics(context, topics, cluster, kind);
    }

    private static void inScope(Supplier<Runnable> scope, Runnable task) {
        Runnable end = scope.get();
        try {
            task.run();
        } finally {
            end.run();
        }
    }

    private static Cluster cluster(Start start, Topics topics, String kind) {
        SettingValues settings = start.settings();
        List<RelayFactory> factories = start.found(RelayFactory.class);
        RelayFactory factory = factories.stream().filter(each -> each.name().equals(kind)).findFirst()
                .orElseThrow(() -> settings.wrong(RELAY, NONE + " or one of " + new TreeSet<>(factories.stream().map(RelayFactory::name).toList())));
        String name = settings.value(RELAY_NAME).orElseGet(() -> defaultName(start.context()));
        if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw settings.wrong(RELAY_NAME, "a name of 1 to " + LONGEST_NAME + " characters without control characters, equal on all nodes of the application and different from the names of other applications");
        }
        RelayFactory.Environment environment = new RelayFactory.Environment() {
            @Override
            public ServletContext context() {
                return start.context();
            }

            @Override
            public String relayName() {
                return name;
            }

            @Override
            public Optional<String> setting(String setting) {
                return settings.value(setting);
            }
        };
        AtomicReference<Relay> first = new AtomicReference<>(factory.create(environment));        // reports missing libraries and wrong settings now
        Supplier<Relay> relays = () -> {
            Relay made = first.getAndSet(null);
            return made != null ? made : factory.create(environment);
        };
        RelayMessage.Signer signer = RelayMessage.Signer.of(settings.value(RELAY_SECRET));
        return new Cluster(topics, new RelaySettings(kind, name, signer, settings.size(RELAY_QUEUE_MAX, 16 << 20)), relays, RelayTiming.DEFAULT, start.context().getClassLoader());
    }

    /** The name of the application and its context path: equal on all nodes that run the same application at the same path. */
    private static String defaultName(ServletContext context) {
        String name = context.getServletContextName();
        return (name == null || name.isBlank() ? "changeover" : name.strip()) + context.getContextPath();
    }

    private record StartedTopics(ServletContext context, Topics topics, Cluster cluster, String relay) implements Started {
        @Override
        public void rules(PathPolicy policy) {
            UpgradeManagement.of(context).ifPresent(management -> management.useTopics(topics::counts, topics::largest));
        }

        @Override
        public String describe() {
            return cluster == null ? "" : "Topics include other nodes through the relay '" + relay + "', channels " + cluster.name() + ":*";
        }

        @Override
        public void close() {
            topics.stop(context.getClassLoader());
            if (cluster != null) cluster.close();
        }
    }
}
