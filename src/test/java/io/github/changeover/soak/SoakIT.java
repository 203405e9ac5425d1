package io.github.changeover.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the soak test for some seconds, with its fixed seeds. Heap, threads and file descriptors need the long run: ./mvnw -Psoak. */
@OnContainer
@EmbeddedOnly
@OnceOnTomcat
@Tag("full")
class SoakIT {
    @Test
    @DisplayName("Six seconds of the soak test: every client is served correctly")
    void everyClientIsServedCorrectly(ContainerUnderTest container) throws Exception {
        Soak soak = Soak.deploy(container);
        try {
            assertThat(soak.failuresWithin(Duration.ofSeconds(6))).isEmpty();
            assertThat(soak.actionCounts()).containsKeys("WEBSOCKET", "LINES", "BYTES", "BLOCKING", "ORDINARY", "RESET_AMID");
        } finally {
            container.undeploy(Soak.CONTEXT);
        }
    }
}
