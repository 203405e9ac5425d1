package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Checks that an undeployed application that had HTTP/2 and TLS connections leaves nothing of these protocols and their library behind. */
@OnContainer
@LongRunning
@EmbeddedOnly
class InnerLifecycleIT {
    private static final String CONTEXT = "/goes";

    @Test
    @Covers("GEN-06")
    void redeployedApplicationIsReleased(ContainerUnderTest container) throws Exception {
        List<WeakReference<?>> loaders = new ArrayList<>();
        for (int i = 0; i < 2; i++) loaders.add(deployUseAndUndeploy(container));
        for (WeakReference<?> loader : loaders) {
            for (int i = 0; i < 100 && loader.get() != null; i++) {
                System.gc();
                Thread.sleep(100);
            }
            assertThat(loader.get()).as("class loader").isNull();
        }
    }

    private static WeakReference<?> deployUseAndUndeploy(ContainerUnderTest container) throws IOException {
        container.deploy(H2cIT.war("goes").set("changeover.path./page/digest.protocols", "TLS/1.2").set("changeover.drain", "500ms")
                .set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), CONTEXT);
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("inner.loader");
        try {
            Wire clear = Wire.connect(container.http()).send(RawHttp.upgrade(CONTEXT + "/page/digest", "TLS/1.2"));
            assertThat(clear.readHead().status()).isEqualTo(101);
            Wire secure = clear.startTls();
            assertThat(RawHttp.readResponse(secure).body()).isEqualTo("0 0");
            assertThat(RawHttp.readResponse(secure.send(RawHttp.get(CONTEXT + "/page/served"))).status()).isEqualTo(200);
            if (container.isTomcat()) {
                Http2Wire http = Http2Wire.upgrade(container, CONTEXT + "/page/facts", 3, 100).preface();
                http.get(3, CONTEXT + "/page/facts").readUntil(frame -> frame.stream() == 3 && frame.ends());
            }
            container.undeploy(CONTEXT);
            assertThat(secure.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            clear.close();
        } catch (AssertionError failed) {
            container.undeploy(CONTEXT);
            throw failed;
        }
        Object gone = loader.get();
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> gone != null && thread.getContextClassLoader() == gone);
        return loader;
    }
}
