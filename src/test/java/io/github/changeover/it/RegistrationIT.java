package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks how protocols and endpoints are registered for paths, and which errors stop a deployment. */
@OnContainer
@LongRunning
class RegistrationIT {
    private static final String SERVICES = "WEB-INF/classes/META-INF/services/io.github.changeover.spi.UpgradeProtocol";

    private static War registered(String name) {
        return War.with(name).app("registered").file(SERVICES, "registered.Parrot\nregistered.Macaw\n");
    }

    private interface DeploymentCheck {
        void check(ApplicationClient war) throws IOException;
    }

    private static void withDeployment(ContainerUnderTest container, War war, DeploymentCheck use) throws IOException {
        container.deploy(war.build(), "/registered");
        try {
            use.check(ApplicationClient.of(container, "/registered"));
        } finally {
            container.undeploy("/registered");
        }
    }

    private static int status(ApplicationClient war, String path, String token) throws IOException {
        try (Wire wire = war.offer(path, token)) {
            return wire.readHead().status();
        }
    }

    private static void assertChooses(ApplicationClient war, String path, String offered, String chosen) throws IOException {
        try (Wire wire = war.offer(path, offered)) {
            assertThat(wire.readHead().only("Upgrade")).isEqualTo(chosen);
        }
    }

    @Test
    void serviceIsOfferedOnlyOnConfiguredPaths(ContainerUnderTest container) throws IOException {
        withDeployment(container, registered("registered").set("changeover.path./tree/{branch}.protocols", "parrot/1, macaw/1"), war -> {
            try (Wire wire = war.offer("/tree/high", "parrot/1")) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readLine()).isEqualTo("Parrot\n");
            }
            assertThat(status(war, "/elsewhere", "parrot/1")).isEqualTo(404);
        });
    }

    @Test
    @Covers("RFC9110-7.8-04")
    void pathSettingsOrderRequireAndDisable(ContainerUnderTest container) throws IOException {
        War settings = registered("ordered").set("changeover.path./client.protocols", "parrot/1,macaw/1").set("changeover.path./client.required", "true")
                .set("changeover.path./server.protocols", "macaw/1,parrot/1").set("changeover.path./server.order", "server");
        withDeployment(container, settings, war -> {
            assertChooses(war, "/client", "parrot/1, macaw/1", "parrot/1");
            assertChooses(war, "/server", "parrot/1, macaw/1", "macaw/1");
            assertChooses(war, "/client", "other", "parrot/1, macaw/1");       // in the 426
            war.page("/operator?off=parrot/1");
            assertChooses(war, "/client", "parrot/1, macaw/1", "macaw/1");
            assertChooses(war, "/client", "parrot/1", "macaw/1");               // in the 426
            war.page("/operator?on=parrot/1");
            assertChooses(war, "/client", "parrot/1, macaw/1", "parrot/1");
        });
    }

    @Test
    @EmbeddedOnly
    void systemPropertyHasPrecedence(ContainerUnderTest container) throws IOException {
        System.setProperty("changeover.off", "parrot/1");
        try {
            withDeployment(container, registered("overridden").set("changeover.path./tree.protocols", "parrot/1,macaw/1").set("changeover.off", "macaw/1"), war -> {
                assertChooses(war, "/tree", "parrot/1, macaw/1", "macaw/1");
                assertThat(status(war, "/tree", "parrot/1")).isEqualTo(404);
            });
        } finally {
            System.clearProperty("changeover.off");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "changeover.idle | 5 minutes | such as 30s",
        "changeover.stall | 0s | above zero",
        "changeover.queue.max | 0 | above 0",
        "changeover.off | a b | such as example/1",
        "changeover.idel | 5s | no such setting",
        "changeover.path./tree.protocols | eagle/1 | [parrot/1, macaw/1]",
        "changeover.path./tree.protocols | '' | at least one protocol",
        "changeover.path./tree.order | random | client or server",
        "changeover.path./tree.requried | true | no such setting",
        "changeover.path./tree/{x.protocols | parrot/1 | /tree/{x"})
    void invalidSettingStopsTheDeployment(String name, String value, String allowed, ContainerUnderTest container) {
        assertStops(container, registered("wrong").set(name, value).build(), name, value, allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "handler | is not a handler",
        "hidden | public",
        "constructor | constructor",
        "path | /x/{room",
        "token | x y"})
    void invalidEndpointStopsTheDeployment(String kind, String said, ContainerUnderTest container) {
        assertStops(container, War.with("broken-" + kind).app("broken-" + kind).build(), "The @UpgradeEndpoint of broken.Endpoint cannot be used:", said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "TLS/1.2"})
    void missingLibraryStopsTheDeploymentWithAdvice(String token, ContainerUnderTest container) {
        assertStops(container, War.with("without-library").app("ordinary").set("changeover.path./hello.protocols", token).build(),
                "The protocol " + token + " requires a library that was not found: put io.netty:netty-codec-http2, with its dependencies, into WEB-INF/lib");
    }

    private static void assertStops(ContainerUnderTest container, Path war, String... said) {
        int before = container.log().length();
        assertThatThrownBy(() -> {
            container.deploy(war, "/wrong");
            container.undeploy("/wrong");       // an application that should not have been deployed must not affect the next test
        }).isInstanceOf(DeploymentFailed.class);
        assertThat(container.log().substring(before).lines().filter(line -> line.contains("Changeover stops the deployment of '/wrong'")))
                .hasSize(1).first().asString().contains(said);
    }
}
