package io.github.changeover.relay.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.github.changeover.relay.RecordingReceiver;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import io.github.changeover.relay.TestEnvironment;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.spi.InitialContextFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With a Hazelcast in JNDI, as on Payara. */
class ServerHazelcastTest {
    private static final String NEWS = "app:news";
    private static volatile Object bound;

    /** A JNDI with one name. */
    public static final class OneName implements InitialContextFactory {
        @Override
        public Context getInitialContext(Hashtable<?, ?> environment) {
            return (Context) Proxy.newProxyInstance(Context.class.getClassLoader(), new Class<?>[] {Context.class}, (context, method, arguments) -> {
                if (!method.getName().equals("lookup")) return null;
                if (!"payara/Hazelcast".equals(arguments[0]) || bound == null) throw new NameNotFoundException("" + arguments[0]);
                return bound;
            });
        }
    }

    @BeforeAll
    static void bind() {
        System.setProperty(Context.INITIAL_CONTEXT_FACTORY, OneName.class.getName());
        bound = instance();
    }

    @AfterAll
    static void unbind() {
        System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
        if (bound instanceof HazelcastInstance instance) instance.shutdown();
    }

    /** A cluster of one member, which looks for no others. */
    private static HazelcastInstance instance() {
        Config config = new Config().setClusterName("server").setProperty("hazelcast.phone.home.enabled", "false").setProperty("hazelcast.socket.bind.any", "false");
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        return Hazelcast.newHazelcastInstance(config);
    }

    private static Relay relay(RelayFactory.Environment environment) {
        return new HazelcastRelayFactory().create(environment);
    }

    @Test
    void instanceOfTheServerIsUsedAndStays() throws Exception {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        RecordingReceiver receiver = new RecordingReceiver();
        Relay relay = relay(new TestEnvironment(Map.of()));
        relay.start(receiver);
        relay.interest(NEWS, true);
        relay.publish(NEWS, "a".getBytes());
        assertThat(receiver.awaitMessages(NEWS, 1).texts(NEWS)).containsExactly("a");
        assertThat(Hazelcast.getAllHazelcastInstances()).hasSize(1);
        // A message that is not of a relay.
        int topic = Math.floorMod(NEWS.hashCode(), 32);
        ((HazelcastInstance) bound).getTopic("app:" + topic).publish("text");
        ((HazelcastInstance) bound).<byte[]>getTopic("app:" + topic).publish(new byte[] {-1, -1});
        relay.publish(NEWS, "b".getBytes());
        assertThat(receiver.awaitMessages(NEWS, 2).texts(NEWS)).containsExactly("a", "b");
        relay.close();
        assertThat(((HazelcastInstance) bound).getLifecycleService().isRunning()).isTrue();
        assertThat(receiver.connections()).containsExactly(true);
        assertThat(Thread.getAllStackTraces().keySet()).filteredOn(thread -> !before.contains(thread) && thread.getName().startsWith("changeover")).isEmpty();
    }

    @Test
    void newInstanceOfTheServerIsUsed() throws Exception {
        RecordingReceiver receiver = new RecordingReceiver();
        try (Relay relay = relay(new TestEnvironment(Map.of()))) {
            relay.start(receiver);
            relay.interest(NEWS, true);
            HazelcastInstance old = (HazelcastInstance) bound;
            bound = null;
            old.shutdown();
            receiver.awaitConnections(true, false);
            assertThatThrownBy(() -> relay.publish(NEWS, "lost".getBytes())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> relay.interest("app:later", true)).isInstanceOf(IOException.class);
            bound = instance();
            receiver.awaitConnections(true, false, true);
            relay.publish(NEWS, "a".getBytes());
            relay.publish("app:later", "b".getBytes());
            assertThat(receiver.awaitMessages(NEWS, 1).texts(NEWS)).containsExactly("a");
            receiver.awaitMessages("app:later", 1);
        }
    }

    @Test
    void payaraWithoutHazelcastFailsWithAnAdvice() {
        Object kept = bound;
        bound = null;
        try (Relay relay = relay(new TestEnvironment(Map.of(), "Payara Server 6.2025.3"))) {
            assertThatThrownBy(() -> relay.start(new RecordingReceiver())).isInstanceOf(IOException.class).hasMessageContaining("set-hazelcast-configuration")
                    .hasMessageContaining(HazelcastRelayFactory.MEMBERS);
        } finally {
            bound = kept;
        }
    }

    @Test
    void otherClassesFailWithAnAdvice() {
        Object kept = bound;
        bound = "an object of another class";
        try (Relay relay = relay(new TestEnvironment(Map.of(), "Payara Server 6.2025.3"))) {
            assertThatThrownBy(() -> relay.start(new RecordingReceiver())).isInstanceOf(IOException.class).hasMessageContaining("Remove com.hazelcast:hazelcast");
        } finally {
            bound = kept;
        }
    }

    /** The application can be undeployed: the instance of the server holds none of its classes. */
    @Test
    void classLoaderOfTheApplicationIsReleased() throws Exception {
        WeakReference<ClassLoader> loader = runInApplication();
        RecordingReceiver.await(Duration.ofSeconds(10), () -> {
            System.gc();
            return loader.get() == null;
        }, () -> "The class loader of the application is still referenced");
    }

    private static WeakReference<ClassLoader> runInApplication() throws Exception {
        URL[] path = {RelayFactory.class.getProtectionDomain().getCodeSource().getLocation(), SharedInstanceProbe.class.getProtectionDomain().getCodeSource().getLocation()};
        ClassLoader server = new ClassLoader(ServerHazelcastTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.startsWith("io.github.changeover.") && !name.startsWith(ServerHazelcastTest.class.getName())) throw new ClassNotFoundException(name);
                return super.loadClass(name, resolve);
            }
        };
        URLClassLoader application = new URLClassLoader(path, server);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(application);
        try {
            Callable<?> probe = (Callable<?>) application.loadClass(SharedInstanceProbe.class.getName()).getConstructor().newInstance();
            assertThat(probe.getClass()).isNotEqualTo(SharedInstanceProbe.class);
            assertThat(probe.call()).isEqualTo(50);
        } finally {
            Thread.currentThread().setContextClassLoader(context);
        }
        application.close();
        return new WeakReference<>(application);
    }
}
