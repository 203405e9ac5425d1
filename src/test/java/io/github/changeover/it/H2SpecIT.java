package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatOnly;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** h2spec, which begins with the preface of HTTP/2: a proxy puts the upgrade before it, to a token of the tests'. */
@OnContainer
@TomcatOnly
@Tag("full")
class H2SpecIT {
    private static UpgradingProxy proxy;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("h2-test").library("h2-test").app("inner").protocolLibraries()
                .set("changeover.path./page/*.protocols", "h2-test").set("changeover.linger", "200ms").build(), "/h2test");
        proxy = UpgradingProxy.start(container.http(), "/h2test/page/facts", "h2-test");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) throws Exception {
        proxy.close();
        container.undeploy("/h2test");
    }

    @Test
    @Covers({"RFC9113-3.4-01", "RFC9113-4.2-01", "RFC9113-5.1-01", "RFC9113-5.1.2-01", "RFC9113-5.2-01", "RFC9113-6.5-01", "RFC9113-6.7-01", "RFC9113-8.1.1-01", "RFC7541-01"})
    void h2spec(@TempDir Path directory) throws Exception {
        H2Spec run = H2Spec.run("127.0.0.1", proxy.port(), "/h2test/page/facts", directory);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).isGreaterThanOrEqualTo(143);
    }
}
