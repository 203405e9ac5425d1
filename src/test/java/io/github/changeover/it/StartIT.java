package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the start of an application: a failed start is undone, and requests during the start get a response. */
@OnContainer
@EmbeddedOnly
@LongRunning
class StartIT {
    private static War lateApplication(String kind) {
        return War.with("late-" + kind).app("late").file("WEB-INF/classes/META-INF/services/io.github.changeover.servlet.ProtocolLibrary", "late.Library\n")
                .set("changeover.late", kind);
    }

    /** The number of Changeover's threads, by name. */
    private static Map<String, Long> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.startsWith("changeover-"))
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }

    private static Set<ObjectName> mbeans() throws Exception {
        return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.github.changeover:type=Application,context=\"/late\",*"), null);
    }

    @ParameterizedTest(name = "C13: a start that fails at its last step ({0}) leaves no thread, library or JMX name, and logs the reason")
    @CsvSource({"exception, fails late", "linkage, java.lang.NoClassDefFoundError: some/late/Class", "memory, 'java.lang.OutOfMemoryError: fails late, on purpose'"})
    @EmbeddedOnly
    void failedStartIsUndone(String kind, String said, ContainerUnderTest container) throws Exception {
        Map<String, Long> before = threads();
        int log = container.log().length();
        try {
            container.deploy(lateApplication(kind).build(), "/late");
            container.undeploy("/late");
        } catch (RuntimeException | OutOfMemoryError failed) {
            // some containers throw the original exception, others only log it
        }
        assertThat(container.log().substring(log)).contains("Changeover stops the deployment of '/late': ").contains(said);
        assertThat(mbeans()).isEmpty();
        awaitThreads(before);
    }

    private static void awaitThreads(Map<String, Long> wanted) throws InterruptedException {
        for (int round = 0; round < 100 && !threads().equals(wanted); round++) Thread.sleep(50);     // a thread ends a moment after the request to end
        assertThat(threads()).isEqualTo(wanted);
    }

    @Test
    @EmbeddedOnly
    @DisplayName("C13: the same application without the failure starts, is in JMX, and leaves nothing when it stops")
    void applicationWithoutTheFailureStartsAndStops(ContainerUnderTest container) throws Exception {
        Map<String, Long> before = threads();
        container.deploy(lateApplication("fine").build(), "/late");
        assertThat(mbeans()).hasSize(1);
        assertThat(threads()).containsKey("changeover-late-library");
        container.undeploy("/late");
        assertThat(mbeans()).isEmpty();
        awaitThreads(before);
    }

    /** Twenty clients that repeat a request. Counts the responses that they get. */
    private static final class TwentyClients implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final Map<String, Long> seen = new ConcurrentHashMap<>();
        private final List<Thread> clients = new ArrayList<>();

        TwentyClients(ContainerUnderTest container, String request) {
            for (int i = 0; i < 20; i++) {
                Thread client = new Thread(() -> {
                    while (!over.get()) seen.merge(ask(container, request), 1L, Long::sum);
                });
                client.start();
                clients.add(client);
            }
        }

        private static String ask(ContainerUnderTest container, String request) {
            try (Wire wire = Wire.connect(container.http()).send(request)) {
                Head head = wire.readHead();
                String length = head.status() == 101 ? "" : wire.readBody(head).length == 0 ? " empty" : " with a body";
                return head.status() + length;
            } catch (IOException | AssertionError failure) {
                return failure.getClass().getSimpleName();
            }
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            for (Thread client : clients) client.join();
        }
    }

    /**
     * While the root application starts, Payara selects no context for its requests: StandardHostValve.preInvoke responds 500, and the error page
     * for it fails inside the container (ErrorReportValve, a NullPointerException that is not logged), so the 500 is empty. Ordinary requests of an
     * application without our JAR get the same response. It is sent before any filter runs, so Changeover cannot change it.
     */
    @Test
    @DisplayName("H10: handshakes while the root application starts are answered by the container, and by us once it has started")
    @PayaraOnly
    @EmbeddedOnly
    void handshakesDuringTheStartAreAnswered(ContainerUnderTest container) throws Exception {
        clientsDuringTheStart(true, container);
    }

    @Test
    @Tag("full")
    @DisplayName("H10: ordinary requests of an application without our JAR get the same responses while it starts")
    @PayaraOnly
    @EmbeddedOnly
    void ordinaryRequestsDuringTheStartAreUnchanged(ContainerUnderTest container) throws Exception {
        clientsDuringTheStart(false, container);
    }

    private static void clientsDuringTheStart(boolean ours, ContainerUnderTest container) throws Exception {
        War war = (ours ? War.with("start-ours") : War.plain("start-alone")).app("untouched")
                .file("WEB-INF/classes/META-INF/services/io.github.changeover.spi.UpgradeProtocol", "untouched.Echo\n").set("changeover.path./unread/x.protocols", "foo/2");
        String request = ours ? RawHttp.upgrade("/unread/x", "foo/2", "Connection: close") : RawHttp.get("/unread/x", "Connection: close");
        int log = container.log().length();
        TwentyClients asking = new TwentyClients(container, request);
        try (asking) {
            container.deploy(war.build(), "");
            for (int round = 0; round < 200 && !asking.seen.containsKey(ours ? "101" : "200 with a body"); round++) Thread.sleep(50);
        }
        try {
            assertThat(asking.seen.keySet()).contains(ours ? "101" : "200 with a body")
                    .isSubsetOf("404 with a body", "503 with a body", "500 empty", "500 with a body", ours ? "101" : "200 with a body", "SocketException");
            assertThat(container.log().substring(log)).doesNotContain("SEVERE io.github.changeover", "WARNING io.github.changeover");
            assertThat(TwentyClients.ask(container, request)).isEqualTo(ours ? "101" : "200 with a body");
        } finally {
            container.undeploy("");
        }
    }

    @Test
    @DisplayName("C8, H6: an invalid setting that an initializer reads stops the deployment in a listener, with one line")
    void invalidSettingOfALibraryStopsTheDeployment(ContainerUnderTest container) {
        int log = container.log().length();
        assertThatThrownBy(() -> {
            container.deploy(War.with("wrong-console").app("ordinary").set("changeover.console", "perhaps").build(), "/late");
            container.undeploy("/late");
        }).isInstanceOf(RuntimeException.class);
        assertThat(container.log().substring(log).lines().filter(line -> line.contains("Changeover stops the deployment of '/late'"))).hasSize(1);
    }
}
