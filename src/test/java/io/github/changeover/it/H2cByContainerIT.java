package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TomcatOnly;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks containers that handle {@code h2c} themselves: no setting of Changeover changes this. It is reported at start, in the log and in the console. */
@OnContainer
class H2cByContainerIT {
    private static final String SAYS = "the container handles 'Upgrade: h2c' before any filter ";

    @Test
    @TomcatOnly
    @EmbeddedOnly
    @Covers("GEN-12")
    void tomcatWithHttp2AnswersH2cItself(ContainerUnderTest container) throws Exception {
        try (ContainerUnderTest own = Containers.start(container.name() + Containers.HTTP2, ListenerPorts.any())) {
            own.deploy(H2cIT.war("h2c-own").set("changeover.console", "true").build(), "/h2cown");
            String said = SAYS + "(Http2Protocol on port " + own.http().getPort() + ")";
            assertThat(container.log().split(Pattern.quote(said), -1)).as("the log says it once").hasSize(2);
            assertThat(ApplicationClient.of(own, "/h2cown").page("/console/api/about", ConsoleLogin.cookie(own.http(), "/h2cown", ConsoleLogin.token(container, "/h2cown")))).contains(said.replace("'", "\\u0027"));
            assertThat(requestFacts(own)).contains("protocol=HTTP/2.0");
        }
    }

    @Test
    @TomcatOnly
    @Covers("GEN-12")
    void tomcatWithoutHttp2LeavesH2cToUs(ContainerUnderTest container) throws IOException {
        container.deploy(H2cIT.war("h2c-ours").build(), "/h2cours");
        try (Http2Wire http = Http2Wire.upgrade(container, "/h2cours/page/facts", 3, 100).preface()) {
            assertThat(Http2Wire.text(http.readUntil(Http2Frame::ends), 1)).contains("protocol=HTTP/1.1");
            assertThat(container.log()).contains("Changeover on ").doesNotContain(SAYS + "(Http2Protocol on port " + container.http().getPort());
        } finally {
            container.undeploy("/h2cours");
        }
    }

    @Test
    @TomcatOnly
    @EmbeddedOnly
    @DisplayName("Finalizers of Netty find their classes after the application has stopped")
    void nettyFinalizersFindTheirClassesAfterTheStop(ContainerUnderTest container) throws Exception {
        int log = container.log().length();
        container.deploy(H2cIT.war("h2c-ended").build(), "/h2cended");
        WeakReference<ClassLoader> loader;
        try (Http2Wire http = Http2Wire.upgrade(container, "/h2cended/page/facts", 3, 100).preface()) {
            assertThat(Http2Wire.text(http.readUntil(Http2Frame::ends), 1)).contains("protocol=HTTP/1.1");
            loader = new WeakReference<>(loaderOf("h2cended"));
        } finally {
            container.undeploy("/h2cended");
        }
        assertThat(GarbageCollection.collects(loader)).isTrue();
        System.runFinalization();
        assertThat(container.log().substring(log)).doesNotContain("Illegal access");
    }

    private static ClassLoader loaderOf(String context) {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getContextClassLoader).filter(loader -> String.valueOf(loader).contains(context)).findAny().orElseThrow();
    }

    @Test
    @PayaraOnly
    @Covers("GEN-12")
    void payaraAnswersH2cItself(ContainerUnderTest container) throws Exception {
        container.deploy(H2cIT.war("h2c-theirs").set("changeover.console", "true").build(), "/h2ctheirs");
        try {
            assertThat(container.log()).containsPattern("handles 'Upgrade: h2c' before any filter \\(HTTP/2 is enabled for http-listener(-1)?\\)");
            assertThat(ApplicationClient.of(container, "/h2ctheirs").page("/console/api/about", ConsoleLogin.cookie(container, "/h2ctheirs"))).contains(SAYS.replace("'", "\\u0027"));
            try (Http2Wire http = Http2Wire.upgrade(container, "/h2ctheirs/page/facts", 3, 100).preface()) {
                assertThat(Http2Wire.text(http.readUntil(Http2Frame::ends), 1)).contains("protocol=HTTP/2.0");
            }
        } finally {
            container.undeploy("/h2ctheirs");
        }
    }

    private static String requestFacts(ContainerUnderTest container) throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(container, "/h2cown/page/facts", 3, 100).preface()) {
            return Http2Wire.text(http.readUntil(Http2Frame::ends), 1);
        }
    }
}
