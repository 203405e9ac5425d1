package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Checks a WAR as a user writes it: one annotated class, the JAR in WEB-INF/lib, and nothing else. */
@OnContainer
@LongRunning
class ForeignWarIT {
    private static War foreign(String name) {
        return War.with(name).app("foreign");
    }

    private static void assertShouts(ApplicationClient war) throws IOException {
        try (Wire wire = war.offer("/shout/hall", "shout/1")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("shout/1");
            assertThat(wire.send("hello\n").readLine()).isEqualTo(war.context() + " hall: HELLO\n");
            wire.shutdownOutput();
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    private static void assertMirrors(ApplicationClient war) throws IOException {
        try (Wire wire = war.offer("/mirror", "mirror")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo(war.context() + "\n");
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
        }
    }

    @Test
    @Covers("RFC9110-7.8-01")
    void oneAnnotatedClassAndTheJarSwitch(ContainerUnderTest container) throws IOException {
        container.deploy(foreign("foreign").build(), "/foreign");
        try {
            assertShouts(ApplicationClient.of(container, "/foreign"));
            assertMirrors(ApplicationClient.of(container, "/foreign"));
            assertThat(container.log()).contains("/foreign/shout/{room} offers shout/1", "/foreign/mirror offers mirror");
        } finally {
            container.undeploy("/foreign");
        }
    }

    @Test
    void twoApplicationsAreIndependent(ContainerUnderTest container) throws IOException {
        ApplicationClient one = ApplicationClient.of(container, "/one");
        ApplicationClient other = ApplicationClient.of(container, "/other");
        container.deploy(foreign("one").build(), "/one");
        container.deploy(foreign("other").set("changeover.idle", "10s").build(), "/other");
        try (Wire stays = other.offer("/mirror", "mirror"); Wire goes = one.offer("/mirror", "mirror")) {
            assertThat(stays.readHead().status()).isEqualTo(101);
            assertThat(goes.readHead().status()).isEqualTo(101);
            assertThat(stays.readLine()).isEqualTo("/other\n");
            assertThat(goes.readLine()).isEqualTo("/one\n");
            container.undeploy("/one");
            assertThat(goes.readToEnd().end()).isEqualTo(Wire.End.FIN);
            assertThat(stays.send("still here").readText(10)).isEqualTo("still here");
            assertShouts(other);
            assertThat(one.status("/mirror")).isEqualTo(404);
        } finally {
            container.undeploy("/other");
        }
    }

    @Test
    void rootContextSwitches(ContainerUnderTest container) throws IOException {
        container.deploy(foreign("ROOT").build(), "");
        try {
            assertMirrors(ApplicationClient.of(container, ""));
            assertShouts(ApplicationClient.of(container, ""));
        } finally {
            container.undeploy("");
        }
    }

    @Test
    void metadataCompleteDescriptorDoesNotHideEndpoints(ContainerUnderTest container) throws IOException {
        container.deploy(foreign("complete").completeWebXml().build(), "/complete");
        try {
            assertMirrors(ApplicationClient.of(container, "/complete"));
        } finally {
            container.undeploy("/complete");
        }
    }

    @Test
    void filtersMayBeDeclaredManuallyWithoutTheFragment(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("byhand").app("byhand").webXml("""
                <absolute-ordering/>
                <listener><listener-class>byhand.Start</listener-class></listener>
                <listener><listener-class>io.github.changeover.servlet.Startup</listener-class></listener>
                <filter><filter-name>changeover-outer</filter-name>
                  <filter-class>io.github.changeover.servlet.OuterFilter</filter-class><async-supported>true</async-supported></filter>
                <filter><filter-name>changeover-inner</filter-name>
                  <filter-class>io.github.changeover.servlet.InnerFilter</filter-class><async-supported>true</async-supported></filter>
                <filter-mapping><filter-name>changeover-outer</filter-name><url-pattern>/*</url-pattern></filter-mapping>
                <filter-mapping><filter-name>changeover-inner</filter-name><servlet-name>*</servlet-name></filter-mapping>""").build(), "/byhand");
        ApplicationClient byHand = ApplicationClient.of(container, "/byhand");
        try (Wire wire = byHand.offer("/mirror", "mirror")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
        } finally {
            container.undeploy("/byhand");
        }
    }
}
