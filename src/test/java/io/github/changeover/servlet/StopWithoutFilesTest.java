package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.MemoryTransport;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of an application are removed while it runs. The container then ends the application, and no class can be loaded any more. */
class StopWithoutFilesTest {
    private static final String OURS = "io.github.changeover.";

    /** Defines all classes of Changeover itself, until its files are removed. */
    private static final class RemovableClassLoader extends ClassLoader {
        private final Set<String> missed = new ConcurrentSkipListSet<>();
        private volatile boolean gone;

        RemovableClassLoader() {
            super(RemovableClassLoader.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(OURS)) return super.loadClass(name, resolve);
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        boolean has(String name) {
            return findLoadedClass(name) != null;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            if (gone) {
                missed.add(name);
                throw new ClassNotFoundException(name);
            }
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) throw new ClassNotFoundException(name);
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    /** The code that runs in the application. Its loader is {@link RemovableClassLoader}. */
    static final class IsolatedApplication {
        private static final MemoryTransport[] OPEN = {new MemoryTransport(), new MemoryTransport()};

        private IsolatedApplication() {
        }

        /** Sends back what it receives. Closes when the connection drains, if it is polite. */
        private record EchoHandler(boolean polite) implements ConnectionHandler.Events {
            @Override
            public void received(SwitchedConnection connection, ByteBuffer bytes) {
                connection.send(bytes);
            }

            @Override
            public void drain(SwitchedConnection connection, Duration grace) {
                if (polite) connection.close();
            }
        }

        /** @return the action that ends the application */
        static Runnable start(boolean connected) throws Exception {
            FakeServletContext fake = new FakeServletContext();
            fake.loader = IsolatedApplication.class.getClassLoader();
            fake.parameters.put("changeover.container", "unchecked");
            fake.parameters.put("changeover.drain", "200ms");
            Deployment deployment = Deployment.start(fake.context);
            Runnable end = () -> Deployment.stop(fake.context);
            if (!connected) return end;
            UpgradeRequest request = UpgradeRequest.builder().path("/memory").build();
            for (int i = 0; i < OPEN.length; i++) {
                OPEN[i].open(new TransportConnection(deployment.resources(), request, ProtocolToken.of("lines/1"), EarlyData.DELIVER, new EchoHandler(i == 0), () -> { }));
                OPEN[i].peerSends("hello");
            }
            return end;
        }
    }

    @ParameterizedTest(name = "with connections: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("GEN-06: the stop needs no class that was not loaded before")
    @Timeout(30)
    void stopLoadsNoClasses(boolean connected) throws Exception {
        RemovableClassLoader files = new RemovableClassLoader();
        Method start = files.loadClass(IsolatedApplication.class.getName()).getDeclaredMethod("start", boolean.class);
        start.setAccessible(true);
        Runnable end = (Runnable) start.invoke(null, connected);
        assertThat(threadsOf(files)).contains("changeover-monitor");
        while (connected && !files.has("io.github.changeover.connection.TimeoutCheck$Counters")) Thread.onSpinWait();     // the monitor has not checked the connections yet
        files.gone = true;
        end.run();
        assertThat(files.missed).as("classes").isEmpty();
        // a pool has ended a moment before its last thread is gone
        for (long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20); !threadsOf(files).isEmpty() && System.nanoTime() < deadline; ) Thread.onSpinWait();
        assertThat(threadsOf(files)).isEmpty();
    }

    private static List<String> threadsOf(ClassLoader loader) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getContextClassLoader() == loader).map(Thread::getName).toList();
    }
}
