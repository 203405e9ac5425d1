package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;

@DisplayName("shutdown and drain")
class ShutdownTest {
    @Test
    @DisplayName("each connection is told before the web server stops accepting requests")
    void connectionsAreClosedBeforeTheWebServer() throws Exception {
        TestServer server = TestServer.start(List.of(TestApplication.class), "changeover.drain=10s");
        try (WebSocketWire socket = server.webSocket("/echo/x"); Wire line = server.upgrade("/lines/garden", "line/1")) {
            assertThat(socket.text()).isEqualTo("Welcome to x");
            assertThat(line.readHead().status()).isEqualTo(101);
            line.readLine();
            Thread stop = new Thread(server::close);
            stop.start();
            assertThat(socket.closeCode()).isEqualTo(1001);
            assertThat(line.readLine()).isEqualTo("BYE\n");
            assertThat(server.request("GET", "/page").statusCode()).as("the WebSocket is not closed yet, so the web server serves").isEqualTo(200);
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(503);
            socket.wire.send(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe9});
            stop.join(20_000);
            assertThat(stop.isAlive()).isFalse();
        }
    }

    /** Waits until it is interrupted. */
    @UpgradeEndpoint(value = "/waiting", protocol = "waiting/1")
    public static final class WaitingEndpoint implements ConnectionHandler.Blocking {
        @Override
        public void serve(BlockingConnection connection) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    @DisplayName("a handler that waits is interrupted after the drain time, which is waited for once")
    void drainTimeOnce() throws Exception {
        TestServer server = TestServer.start(List.of(TestApplication.class, WaitingEndpoint.class), "changeover.drain=3s");
        try (Wire wire = server.upgrade("/waiting", "waiting/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            long start = System.nanoTime();
            server.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(3), Duration.ofMillis(5800));
        }
    }

    @Test
    @DisplayName("an operator's drain makes the application not ready, never not alive, and can be undone")
    void readiness() throws IOException {
        try (TestServer server = TestServer.start(List.of(TestApplication.class))) {
            ApplicationAvailability availability = server.context.getBean(ApplicationAvailability.class);
            UpgradeManagement management = UpgradeManagement.of(server.context.getServletContext()).orElseThrow();
            assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
            management.drain();
            assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
            assertThat(availability.getLivenessState()).isEqualTo(LivenessState.CORRECT);
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(503);
            management.stopDraining();
            assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
            assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(101);
        }
    }
}
