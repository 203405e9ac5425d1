package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Wire;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Checks that an application that offers TLS starts only with a usable key store, and that the message names the problem. {@code TlsKeysTest} checks
 * each message.
 */
@OnContainer
@OnceOnTomcat
class TlsStartIT {
    private static War war(String name, String file, String password) {
        return War.with(name).app("inner").protocolLibraries().set("changeover.path./page/*.protocols", "TLS/1.2").set("changeover.linger", "500ms")
                .set("changeover.tls.key-store", file).set("changeover.tls.key-store-password", password);
    }

    @Test
    @DisplayName("a wrong password stops the deployment")
    void wrongPasswordStopsTheDeployment(ContainerUnderTest container) {
        int before = container.log().length();
        Path war = war("tls-wrong", TestKeyStore.get().toString(), "wrong").build();
        assertThatThrownBy(() -> {
            container.deploy(war, "/tlswrong");
            container.undeploy("/tlswrong");
        }).isInstanceOf(DeploymentFailed.class);
        assertThat(container.log().substring(before).lines().filter(line -> line.contains("Changeover stops the deployment of '/tlswrong'")))
                .hasSize(1).first().asString().contains("changeover.tls.key-store", "keystore.p12", "opens with changeover.tls.key-store-password; the password is wrong");
    }

    @Test
    @DisplayName("an expired certificate is served, with one warning that names file and date")
    void expiredCertificateIsServedWithAWarning(ContainerUnderTest container) throws Exception {
        int before = container.log().length();
        Path file = TestKeyStore.expired();
        container.deploy(war("tls-expired", file.toString(), TestKeyStore.PASSWORD).build(), "/tlsexpired");
        try (Wire clear = Wire.connect(container.http()).send(RawHttp.upgrade("/tlsexpired/page/nothing", "TLS/1.2"))) {
            assertThat(clear.readHead().status()).isEqualTo(101);
            assertThat(clear.startTls().readHead().status()).isEqualTo(204);
            assertThat(container.log().substring(before).lines().filter(line -> line.contains("The certificate in the key store"))).singleElement().asString()
                    .contains(file.toString()).containsPattern("expired at 20[0-9]{2}-[0-9]{2}-[0-9]{2}T");
        } finally {
            container.undeploy("/tlsexpired");
        }
    }
}
