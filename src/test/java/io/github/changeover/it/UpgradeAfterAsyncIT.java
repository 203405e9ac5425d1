package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Payara uses its request objects again. An asynchronous request that another thread completes before the first one has left the container must not affect a
 * later upgrade. On Tomcat, the other thread waits until the first one has left.
 */
@OnContainer
@PayaraOnly
@Timeout(60)
class UpgradeAfterAsyncIT {
    private static final String AT = "/early";
    private static final int REQUESTS = 24, UPGRADES = 48;      // more than a container has threads for requests here

    @Test
    void everyUpgradeSucceeds(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("early").app("early").app("lived").build(), AT);
        List<Wire> upgraded = new ArrayList<>();
        try {
            for (int i = 0; i < REQUESTS; i++) endEarly(container);
            for (int i = 0; i < UPGRADES; i++) {
                Wire wire = Wire.connect(container.http()).send(RawHttp.upgrade(AT + "/guest", "guest"));
                upgraded.add(wire);
                assertThat(wire.readHead().status()).as("upgrade %s", i).isEqualTo(101);
                assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
            }
        } finally {
            for (Wire wire : upgraded) wire.close();
            container.undeploy(AT);
        }
    }

    /** Sends a request whose content arrives after the first thread has begun to wait. */
    private static void endEarly(ContainerUnderTest container) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send("POST " + AT + "/early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.send("hello").readBody(head)).isEmpty();
        }
    }
}
