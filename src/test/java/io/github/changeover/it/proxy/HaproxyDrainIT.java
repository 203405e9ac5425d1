package io.github.changeover.it.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that a drained node behind HAProxy loses nothing: its clients reconnect through HAProxy to the other node. */
@Tag("proxy")
class HaproxyDrainIT {
    private static ContainerUnderTest tomcat;
    private static ContainerUnderTest payara;
    private static Haproxy haproxy;

    @BeforeAll
    static void start() throws IOException {
        ExternalTool.require("haproxy");
        Path war = War.with("drained").app("operated").set("changeover.health.path", "/health").set("changeover.linger", "200ms").build();
        tomcat = Containers.start("tomcat11", ListenerPorts.any());
        tomcat.deploy(war, "");
        payara = Containers.start("payara-dist", ListenerPorts.any());
        payara.deploy(war, "");
        haproxy = Haproxy.start(tomcat.http(), payara.http(), "/health");
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : new AutoCloseable[] {haproxy, payara, tomcat}) {
            try {
                if (each != null) each.close();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private record GuestConnection(Wire wire, String node) {
        String echo(String message) throws IOException {
            return wire.send(message).readText(message.length());
        }
    }

    private static GuestConnection connect() throws IOException {
        Wire wire = Wire.connect(haproxy.http());
        wire.send("GET /guest HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: guest/1\r\n\r\n");
        Head head = wire.readHead();
        assertThat(head.status()).as(head.raw()).isEqualTo(101);
        return new GuestConnection(wire, head.only("X-Node"));
    }

    /** HAProxy uses round robin, so every second connection is to Tomcat. */
    private static GuestConnection connectToTomcat() throws IOException {
        while (true) {
            GuestConnection guest = connect();
            if (guest.node.equals("tomcat")) return guest;
            guest.wire.close();
        }
    }

    private static void invoke(String name) throws Exception {
        ObjectName bean = new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote("/") + ",*");
        ManagementFactory.getPlatformMBeanServer().invoke(ManagementFactory.getPlatformMBeanServer().queryNames(bean, null).iterator().next(), name, null, null);
    }

    @Test
    @Timeout(60)
    @Covers("GEN-06")
    void clientsOfADrainedNodeUseTheOther() throws Exception {
        GuestConnection first = connectToTomcat();
        assertThat(first.echo("before")).isEqualTo("before");
        invoke("drain");
        assertThat(first.wire.readToEnd().text()).isEqualTo("goodbye\n");
        for (int i = 0; i < 6; i++) {
            GuestConnection next = connect();     // never a 503: HAProxy uses the other node, both before and after it has detected the drain
            assertThat(next.node).isEqualTo("payara");
            assertThat(next.echo("after " + i)).isEqualTo("after " + i);
            next.wire.close();
        }
        invoke("stopDraining");
        Set<String> nodes = new TreeSet<>();
        while (nodes.size() < 2) {
            GuestConnection guest = connect();
            nodes.add(guest.node);
            guest.wire.close();
        }
    }
}
