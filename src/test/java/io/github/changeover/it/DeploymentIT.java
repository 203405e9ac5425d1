package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Checks what the other tests rely on: every container deploys, undeploys and rejects applications. */
@OnContainer
final class DeploymentIT {

    @Test
    void applicationIsDeployedAndUndeployedRepeatedly(ContainerUnderTest container) throws IOException {
        Path war = War.with("ordinary").app("ordinary").build();
        for (int round = 0; round < 2; round++) {
            container.deploy(war, "/ordinary");
            try {
                assertThat(get(container, "/ordinary/hello").status()).isEqualTo(200);
            } finally {
                container.undeploy("/ordinary");
            }
            assertThat(get(container, "/ordinary/hello").status()).isEqualTo(404);
        }
    }

    @Test
    void failedDeploymentIsReported(ContainerUnderTest container) {
        Path war = War.with("refusing").app("refusing").build();
        assertThatThrownBy(() -> container.deploy(war, "/refusing")).isInstanceOf(DeploymentFailed.class);
        assertThat(container.log()).contains("this application does not want to start");
    }

    private static Head get(ContainerUnderTest container, String path) throws IOException {
        try (Wire wire = Wire.connect(container.http())) {
            return wire.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").readHead();
        }
    }
}
