package io.github.changeover.relay.redis;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A relay over publish and subscribe of Redis. One connection publishes, and one subscribes.
 *
 * <p>Lettuce restores lost connections. Commands that had no response when a connection was lost are discarded, so a message is delivered at most once and
 * never late. After the subscribing connection is restored, {@code connected(true)} is reported when Redis has confirmed all channels of interest.
 */
final class RedisRelay implements Relay {
    private static final System.Logger LOG = System.getLogger(RedisRelay.class.getName());
    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /** Maximum number of published messages that Redis has not confirmed yet. */
    private static final int IN_FLIGHT = 1000;
    private static final Duration IN_FLIGHT_WAIT = Duration.ofSeconds(2);
    private static final Duration RECONNECT_MIN = Duration.ofMillis(100);
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration PING = Duration.ofSeconds(5);
    /** A connection is lost if nothing arrives for this time, because Redis answers the pings. */
    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration FAILURE_LOG_INTERVAL = Duration.ofSeconds(10);

    private final RedisSettings settings;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final Set<String> interested = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private Receiver receiver;
    private ClientResources resources;
    private RedisClient client;
    private StatefulRedisConnection<String, byte[]> publishing;
    private StatefulRedisPubSubConnection<String, byte[]> subscribing;
    private boolean unresponsive;       // used by publish only
    private volatile boolean closed;

    // ---- guarded by lock
    private boolean publishingUp;
    private boolean subscribingUp;
    private boolean reported;
    /** Channels that Redis has not confirmed since the subscribing connection was restored. */
    private Set<String> unconfirmed = new HashSet<>();
    private int failures;
    private long lastFailureLog = System.nanoTime() - FAILURE_LOG_INTERVAL.toNanos();

    private RedisRelay(RedisSettings settings) {
        this.settings = settings;
    }

    /** Called on a thread of the container. No thread-local value of Netty may stay there, because it would keep the classes of the application. */
    static RedisRelay of(RelayFactory.Environment environment) {
        try {
            return new RedisRelay(RedisSettings.of(environment));
        } finally {
            if (!(Thread.currentThread() instanceof FastThreadLocalThread)) FastThreadLocal.removeAll();
        }
    }

    @Override
    public void start(Receiver to) throws IOException {
        receiver = to;
        try {
            resources = resources();
            client = RedisClient.create(resources, settings.uri());
            client.setOptions(options());
            client.addListener(new ConnectionStates());
            publishing = client.connect(CODEC);
            subscribing = client.connectPubSub(CODEC);
            subscribing.addListener(new Subscription());
            resources.eventExecutorGroup().scheduleAtFixedRate(this::ping, PING.toMillis(), PING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException | LinkageError failed) {
            throw new IOException("Cannot connect to Redis at " + settings + ": " + reason(failed), failed);
        }
    }

    private static ClientResources resources() {
        return ClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .threadFactoryProvider(pool -> new DefaultThreadFactory("changeover-relay-" + pool, true))
                .reconnectDelay(Delay.exponential(RECONNECT_MIN, RECONNECT_MAX, 2, TimeUnit.MILLISECONDS))
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addFirst(new ReadTimeoutHandler(SILENCE.toSeconds(), TimeUnit.SECONDS));
                    }
                })
                .build();
    }

    private ClientOptions options() {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> {
                    // Without this, the future of a discarded command would never complete.
                    command.cancel();
                    return true;
                })
                .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                .socketOptions(SocketOptions.builder().connectTimeout(RedisSettings.TIMEOUT).keepAlive(true).build());
        settings.tls().ifPresent(options::sslOptions);
        try {
            MaintenanceNotifications.disable(options);
        } catch (LinkageError earlier) {
            LOG.log(System.Logger.Level.DEBUG, "Lettuce is earlier than 7.0, which has no maintenance notifications");
        }
        return options.build();
    }

    /** With them, a server can ask Lettuce to move to another address, and Lettuce would take commands without a response along. */
    private static final class MaintenanceNotifications {
        static void disable(ClientOptions.Builder options) {
            options.maintNotificationsConfig(MaintNotificationsConfig.disabled());
        }
    }

    private void ping() {
        publishing.async().ping();
        subscribing.async().ping();
    }

    // ---- channels of interest

    @Override
    public void interest(String channel, boolean interest) throws IOException {
        RedisFuture<Void> confirmation;
        synchronized (lock) {
            if (interest) {
                interested.add(channel);
                confirmation = subscribing.async().subscribe(channel);
            } else {
                interested.remove(channel);
                confirmed(channel);
                confirmation = subscribing.async().unsubscribe(channel);
            }
        }
        try {
            confirmation.get(RedisSettings.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            // Redis refuses the channel; after a reconnect it would refuse all channels of the same command.
            if (failed.getCause() instanceof RedisCommandExecutionException) interested.remove(channel);
            throw new IOException("Cannot " + (interest ? "subscribe to " : "unsubscribe from ") + channel + " at Redis: " + reason(failed), failed);
        } catch (TimeoutException late) {
            throw new IOException("Redis at " + settings + " did not confirm the channel " + channel + " within " + RedisSettings.TIMEOUT.toSeconds() + " seconds", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for Redis", interrupted);
        }
    }

    /** Called with the lock held. */
    private void confirmed(String channel) {
        if (!unconfirmed.remove(channel) || !unconfirmed.isEmpty()) return;
        subscribingUp = true;
        report();
    }

    /** Runs on one thread of Netty. */
    private final class Subscription extends RedisPubSubAdapter<String, byte[]> {
        @Override
        public void message(String channel, byte[] message) {
            if (!closed && interested.contains(channel)) receiver.received(channel, message);
        }

        @Override
        public void subscribed(String channel, long count) {
            synchronized (lock) {
                // Lettuce subscribes again to a channel whose unsubscription failed.
                if (!interested.contains(channel)) subscribing.async().unsubscribe(channel);
                confirmed(channel);
            }
        }
    }

    // ---- the state of the connections

    private final class ConnectionStates implements RedisConnectionStateListener {
        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress server) {
            synchronized (lock) {
                if (connection instanceof StatefulRedisPubSubConnection) {
                    unconfirmed = new HashSet<>(interested);
                    subscribingUp = unconfirmed.isEmpty();
                    if (!subscribingUp) subscribeAgain();
                } else {
                    publishingUp = true;
                }
                report();
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            synchronized (lock) {
                if (connection instanceof StatefulRedisPubSubConnection) {
                    subscribingUp = false;
                } else {
                    publishingUp = false;
                }
                report();
            }
        }
    }

    /** Lettuce has subscribed again to the channels that were confirmed once. This also includes those whose subscription failed. Called with the lock held. */
    private void subscribeAgain() {
        subscribing.async().subscribe(unconfirmed.toArray(String[]::new)).whenComplete((nothing, failure) -> {
            if (!(failure instanceof RedisCommandExecutionException)) return;
            LOG.log(System.Logger.Level.WARNING, "Redis at {0} rejected a subscription: {1}", settings, failure.getMessage());
            synchronized (lock) {
                unconfirmed.clear();
                subscribingUp = true;
                report();
            }
        });
    }

    /** Called with the lock held, so that the reports are in order. */
    private void report() {
        boolean connected = publishingUp && subscribingUp;
        if (closed || connected == reported) return;
        reported = connected;
        LOG.log(connected ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                connected ? "The relay is connected to Redis at {0}" : "The relay has lost its connection to Redis at {0}; it is restored as soon as possible", settings);
        receiver.connected(connected);
    }

    // ---- publish

    @Override
    public void publish(String channel, byte[] message) throws IOException {
        try {
            boolean free = unresponsive ? inFlight.tryAcquire() : inFlight.tryAcquire(IN_FLIGHT_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            unresponsive = !free;        // then the next messages do not wait: they would delay all others
            if (!free) {
                throw new IOException("Redis at " + settings + " has not confirmed " + IN_FLIGHT + " messages within " + IN_FLIGHT_WAIT.toSeconds() + " seconds; the message was discarded");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for Redis", interrupted);
        }
        RedisFuture<Long> result;
        try {
            result = publishing.async().publish(channel, message);
        } catch (RuntimeException failed) {
            inFlight.release();
            throw new IOException("Cannot publish to Redis at " + settings + ": " + reason(failed), failed);
        }
        boolean rejected = result.toCompletableFuture().isCompletedExceptionally();
        result.whenComplete((receivers, failure) -> {
            inFlight.release();
            if (failure != null && !rejected) logFailure(failure);
        });
        if (rejected) throw new IOException("Cannot publish to Redis at " + settings + ": " + result.getError());
    }

    private void logFailure(Throwable failure) {
        int count;
        synchronized (lock) {
            failures++;
            long now = System.nanoTime();
            if (closed || now - lastFailureLog < FAILURE_LOG_INTERVAL.toNanos()) return;
            lastFailureLog = now;
            count = failures;
            failures = 0;
        }
        LOG.log(System.Logger.Level.WARNING, "{0} messages may not have been published to Redis at {1}: {2}", count, settings, reason(failure));
    }

    /** Returns the message of the innermost cause. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    // ---- end

    @Override
    public void close() {
        closed = true;
        if (resources == null) return;
        try {
            if (client != null) client.shutdown(0, 2, TimeUnit.SECONDS);
        } catch (RuntimeException failed) {
            LOG.log(System.Logger.Level.DEBUG, "The client of Redis did not shut down cleanly", failed);
        }
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
