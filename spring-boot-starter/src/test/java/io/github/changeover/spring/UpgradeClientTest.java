package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.spring.test.AutoConfigureUpgradeClient;
import io.github.changeover.spring.test.UpgradeClient;
import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** As in docs/spring-boot.md. */
@SpringBootTest(classes = TestApplication.class, webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"server.address=127.0.0.1", "server.servlet.context-path=/chat"})
@AutoConfigureUpgradeClient
@DisplayName("@AutoConfigureUpgradeClient")
class UpgradeClientTest {
    @Autowired
    private UpgradeClient client;

    @Test
    void upgrades() throws IOException {
        try (Wire wire = client.upgrade("/lines/garden", "line/1", "User-Agent: a test")) {
            Expect.answer(wire.readHead()).switchesTo("line/1");
            assertThat(wire.readLine()).isEqualTo("Welcome to garden\n");
        }
    }
}
