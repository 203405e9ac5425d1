package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that where threads are managed, every callback has what managed code may use: java:comp, CDI and a request scope of its own. */
@OnContainer
@OnPayara7
@PayaraOnly
@LongRunning
class ManagedThreadsIT {
    private static final String AT = "/managed";
    private static final List<String> PLACES = List.of("@OnClose", "@OnError", "@OnMessage", "@OnOpen", "SendHandler", "closed", "completion", "drain", "ended", "idle",
            "opened", "received", "serve", "task", "writable");

    @Test
    @Covers("GEN-09")
    void everyCallbackRunsInAManagedContext(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("managed").app("managed").webSocket().set("changeover.idle", "1s").set("changeover.queue.max", "50K").set("changeover.linger", "200ms")
                .webXml("<env-entry><env-entry-name>word</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>found</env-entry-value></env-entry>")
                .build(), AT);
        try {
            ApplicationClient asking = ApplicationClient.of(container, AT);
            assertHandlerCallbacks(asking);
            assertEndpointCallbacks(container);
            try (Wire idle = switched(asking, "/callbacks"); Wire streams = switched(asking, "/streams")) {
                assertThat(streams.readToEnd().text()).isEqualTo("x");
                assertThat(idle.readToEnd().end()).isEqualTo(Wire.End.FIN);
            }
            try (Wire wire = switched(asking, "/callbacks")) {
                asking.page("/orders");
                assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            }
            String all = PLACES.stream().map(place -> place + "=found").collect(Collectors.joining(", ", "{", "}"));
            long end = System.nanoTime() + 10_000_000_000L;
            while (!asking.page("/found").equals(all) && System.nanoTime() < end) LockSupport.parkNanos(20_000_000);
            assertThat(Stream.of(asking.page("/found").replaceAll("[{}]", "").split(", "))).containsExactlyElementsOf(
                    PLACES.stream().map(place -> place + "=found").toList());
        } finally {
            container.undeploy(AT);
        }
    }

    /** Callbacks that block lose their loop to other threads. Those threads run the callbacks of the other connections. */
    @Test
    void threadsThatTakeOverALoopAreManaged(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("managed").app("managed").webSocket()
                .webXml("<env-entry><env-entry-name>word</env-entry-name><env-entry-type>java.lang.String</env-entry-type><env-entry-value>found</env-entry-value></env-entry>")
                .build(), AT);
        List<Wire> wires = new ArrayList<>();
        try {
            ApplicationClient asking = ApplicationClient.of(container, AT);
            for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) wires.add(switched(asking, "/waiting"));
            for (Wire wire : wires) wire.send("x");
            Set<String> threads = new TreeSet<>();
            for (Wire wire : wires) threads.add(readLine(wire));
            threads.removeIf(name -> !name.startsWith("changeover-loop"));
            assertThat(threads).hasSizeGreaterThan(Runtime.getRuntime().availableProcessors());
            assertThat(asking.page("/found")).isEqualTo("{waiting=found}");
        } finally {
            for (Wire wire : wires) wire.close();
            container.undeploy(AT);
        }
    }

    private static String readLine(Wire wire) throws IOException {
        StringBuilder line = new StringBuilder();
        for (String one = wire.readText(1); !one.equals("\n"); one = wire.readText(1)) line.append(one);
        return line.toString();
    }

    private static Wire switched(ApplicationClient asking, String path) throws IOException {
        Wire wire = asking.offer(path, "managed");
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void assertHandlerCallbacks(ApplicationClient asking) throws IOException {
        try (Wire wire = switched(asking, "/callbacks")) {
            InputStream in = wire.send("x").socket().getInputStream();
            wire.socket().setSoTimeout(10_000);
            byte[] bytes = new byte[64 * 1024];
            int count;
            do count = in.read(bytes);
            while (count > 0 && bytes[count - 1] != 'w');
            wire.shutdownOutput().readToEnd();
        }
    }

    private static void assertEndpointCallbacks(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + "/endpoint"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.send(Frames.join(Frames.text("whole"), Frames.text("and another in one segment")));
            assertThat(Frames.read(wire)).hasToString("81 whole");
            assertThat(Frames.read(wire)).hasToString("81 and another in one segment");
            wire.send(Frames.of(0x01, Frames.utf8("in ")));
            wire.send(Frames.of(0x80, Frames.utf8("parts")));
            assertThat(Frames.read(wire)).hasToString("81 in parts");
            wire.send(Frames.text("fail"));
            wire.send(Frames.close(1000, "")).readToEnd();
        }
    }
}
