package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks HTTP/2 with programs that start with its preface. A proxy upgrades each connection first, with a token of the tests. */
@OnContainer
@Tag("program")
@Tag("full")
class H2ProgramsIT {
    /** Where Netty differs from h2spec, and why. Netty's own build excludes these three cases, too. */
    private static final Map<String, String> OTHERWISE = Map.of(
            "http2/5.1: half closed (remote): Sends a HEADERS frame",
            "a second field block before the answer ends the stream with PROTOCOL_ERROR, as one too many, and not with STREAM_CLOSED",
            "http2/5.1: closed: Sends a HEADERS frame",
            "STREAM_CLOSED ends the stream, not the connection: a closed stream is forgotten, and the frame may have crossed a RST_STREAM",
            "http2/5.1.1: Sends stream identifier that is numerically smaller than previous",
            "STREAM_CLOSED ends that stream, not the connection with PROTOCOL_ERROR: a stream never used and one that is forgotten look alike");
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
    void h2specPasses(@TempDir Path directory) throws Exception {
        H2Spec run = H2Spec.run("127.0.0.1", proxy.port(), "/h2test/page/facts", directory);
        System.out.println("h2spec: " + run.passed() + " passed, failed " + run.failed());
        assertThat(run.failed()).isSubsetOf(OTHERWISE.keySet());
        assertThat(run.passed() + run.failed().size()).isEqualTo(146);
        assertThat(run.passed()).isGreaterThanOrEqualTo(143);
    }

    @Test
    void h2loadSucceeds() throws Exception {
        String said = ExternalTool.output(ExternalTool.require("h2load").toString(), "-N", "20", "-n", "5000", "-c", "10", "-m", "20", "http://" + proxy.authority() + "/h2test/page/facts");
        said.lines().filter(line -> line.matches("(finished|requests:|time for request).*")).forEach(line -> System.out.println("h2load: " + line));
        assertThat(said).contains("5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout", "5000 2xx");
    }

    @Test
    @Covers("RFC9113-5.2-01")
    void h2loadWithContentSucceeds(@TempDir Path directory) throws Exception {
        Path content = Files.write(directory.resolve("content"), ProbeClient.pattern(100_000));
        String said = ExternalTool.output(ExternalTool.require("h2load").toString(), "-N", "20", "-n", "500", "-c", "5", "-m", "20", "-d", content.toString(), "http://" + proxy.authority() + "/h2test/page/digest");
        assertThat(said).contains("500 done, 500 succeeded, 0 failed, 0 errored, 0 timeout", "500 2xx");
    }
}
