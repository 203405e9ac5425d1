package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that Grizzly has no more connections, selector keys and threads after connections on event loops have ended than before. */
@OnContainer
@EmbeddedOnly
@PayaraOnly
@Timeout(120)
class GrizzlyConnectionsIT {
    private static final int CLIENTS = 8, CONNECTIONS = 25;        // connections of each client

    @Test
    void nothingIsLeftInGrizzly(ContainerUnderTest container) throws Exception {
        container.deploy(War.demo("grizzly").build(), "/grizzly");
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            openAndEnd(container.http(), 10);
            List<Selector> selectors = selectors(container.http().getPort());
            int before = keys(selectors);
            long threads = workers();
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) done.add(clients.submit(() -> {
                openAndEnd(container.http(), CONNECTIONS);
                return null;
            }));
            for (Future<?> one : done) one.get(60, TimeUnit.SECONDS);
            for (long end = System.nanoTime() + 10_000_000_000L; keys(selectors) > before && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
            assertThat(keys(selectors)).isLessThanOrEqualTo(before);
            assertThat(workers()).isLessThanOrEqualTo(Math.max(threads, CLIENTS));
        } finally {
            clients.shutdownNow();
            container.undeploy("/grizzly");
        }
    }

    /** An open connection has a key in Grizzly's selector, but Grizzly waits for nothing on it. */
    @Test
    void grizzlyWaitsForNothingOnAnOpenConnection(ContainerUnderTest container) throws Exception {
        container.deploy(War.demo("grizzly").build(), "/grizzly");
        try (Wire wire = echo(container.http())) {
            assertThat(wire.send("bytes").readText(5)).isEqualTo("bytes");
            List<Selector> selectors = selectors(container.http().getPort());
            List<SelectionKey> own = selectors.stream().flatMap(selector -> Set.copyOf(selector.keys()).stream()).filter(key -> isOf(key, wire)).toList();
            assertThat(own).hasSize(1);
            assertThat(own.get(0).interestOps()).isZero();
        } finally {
            container.undeploy("/grizzly");
        }
    }

    private static void openAndEnd(URI server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (Wire wire = echo(server)) {
                if (i % 4 != 0) assertThat(wire.send("bytes").readText(5)).isEqualTo("bytes");
                if (i % 2 == 0) wire.reset();
                else assertThat(wire.shutdownOutput().readToEnd().text()).isEmpty();
            }
        }
    }

    private static Wire echo(URI server) throws IOException {
        Wire wire = Wire.connect(server).send(Message.offering("/grizzly/echo", "echo"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("http-thread-pool::http-listener(")).count();
    }

    private static boolean isOf(SelectionKey key, Wire wire) {
        return key.channel() instanceof SocketChannel channel && channel.socket().getPort() == wire.socket().getLocalPort();
    }

    private static int keys(List<Selector> selectors) {
        return selectors.stream().mapToInt(selector -> selector.keys().size()).sum();
    }

    /** The selectors of the listener with this port. */
    private static List<Selector> selectors(int port) throws Exception {
        Object locator = Class.forName("org.glassfish.internal.api.Globals").getMethod("getDefaultHabitat").invoke(null);
        Class<?> service = Class.forName("com.sun.enterprise.v3.services.impl.GrizzlyService");
        Object grizzly = Class.forName("org.glassfish.hk2.api.ServiceLocator").getMethod("getService", Class.class, java.lang.annotation.Annotation[].class)
                .invoke(locator, service, new java.lang.annotation.Annotation[0]);
        List<Selector> found = new ArrayList<>();
        for (Object proxy : (Collection<?>) field(grizzly, "proxies")) {
            Object listener = proxy.getClass().getMethod("getUnderlyingListener").invoke(proxy);
            if ((int) listener.getClass().getMethod("getPort").invoke(listener) != port) continue;
            for (Object runner : (Object[]) field(field(listener, "transport"), "selectorRunners")) found.add((Selector) runner.getClass().getMethod("getSelector").invoke(runner));
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!field.getName().equals(name)) continue;
                field.setAccessible(true);
                return field.get(of);
            }
        }
        throw new NoSuchFieldException(name + " of " + of);
    }
}
