package io.github.changeover.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.ConsoleLogin;
import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TestDirectories;
import io.github.changeover.it.container.TomcatEdgeOnly;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Takes the pictures of the console in {@code docs/operating.md} while there is traffic, into {@code target/console-pictures}. With {@code -Dpictures.seconds=150}
 * the charts have enough traffic for the documentation; CONTRIBUTING.md has the command.
 */
@OnContainer
@TomcatEdgeOnly
@EmbeddedOnly
@Tag("full")
@Tag("program")
class ConsolePicturesIT {
    private static final Path PICTURES = TestDirectories.target().resolve("console-pictures");
    private static final List<List<String>> OFFERS = List.of(List.of("/echo", "echo"), List.of("/lines/kitchen", "shout/1"), List.of("/echo", "echo"), List.of("/echo", "foo/2"));
    private static URI server;
    private static ChromiumBrowser browser;
    private static BrowserPage page;
    private static final Deque<Client> OPEN = new ArrayDeque<>();

    private record Client(Wire wire, String protocol) {
        /** Sends bytes and reads them back, if the protocol returns them unchanged. */
        void exchange(int count) throws IOException {
            if (protocol.equals("echo")) wire.send("x".repeat(count)).readExactly(count);
        }
    }

    @BeforeAll
    static void makeTraffic(ContainerUnderTest container) throws IOException {
        ExternalTool.require("chromium");
        container.deploy(War.demo("pictures").set("changeover.console", "true").build(), "/pictures");
        server = container.http();
        browser = ChromiumBrowser.start();
        page = browser.open(server.resolve("/pictures/console/?token=" + ConsoleLogin.token(container, "/pictures"))).size(1280, 900);
        Random random = new Random(13);
        int seconds = Integer.getInteger("pictures.seconds", 4);
        for (int second = 0; second < seconds; second++) {
            if (OPEN.size() < 5 || random.nextInt(3) == 0) open(OFFERS.get(random.nextInt(OFFERS.size())));
            if (OPEN.size() > 5 + random.nextInt(6)) OPEN.removeFirst().wire.close();
            if (second % 9 == 5) offerUnknown("/upgrade-only", 426);
            if (second % 7 == 3) offerUnknown("/echo", 200);
            double load = Math.sin(second / 20.0);
            for (Client client : OPEN) client.exchange(20 + (int) (6000 * load * load * random.nextDouble()));
            LockSupport.parkNanos(1_000_000_000L);      // the charts have one point for each second
        }
        offerUnknown("/echo", 200);
        offerUnknown("/upgrade-only", 426);
        open(OFFERS.get(0));
        page.await("document.querySelector('#decision-list .refused') !== null").await("document.querySelectorAll('#live tr').length === " + OPEN.size());
        page.eval("[...document.querySelectorAll('#decision-list details')].find(node => node.querySelector('.refused')).open = true");
    }

    @AfterAll
    static void stop(ContainerUnderTest container) throws IOException {
        for (Client client : OPEN) client.wire.close();
        if (browser != null) browser.close();
        container.undeploy("/pictures");
    }

    private static void open(List<String> offer) throws IOException {
        Wire wire = Wire.connect(server).send(Message.offering("/pictures" + offer.get(0), offer.get(1)));
        assertThat(wire.readHead().status()).isEqualTo(101);
        OPEN.addLast(new Client(wire, offer.get(1)));
    }

    private static void offerUnknown(String path, int status) throws IOException {
        try (Wire wire = Wire.connect(server).send(Message.offering("/pictures" + path, "other/1"))) {
            assertThat(wire.readHead().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"1280,1560,light", "1280,1560,dark", "400,1900,light", "400,1900,dark"})
    void pictureShowsTheTraffic(int width, int height, String scheme) throws IOException {
        Path file = PICTURES.resolve(width + "-" + scheme + ".png");
        page.size(width, 900).scheme(scheme).eval("scrollTo(0, 0)");
        page.screenshot(file, height);
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(width);
        assertThat(page.text("#decision-list [open]")).contains("other/1", "/upgrade-only", "HTTP/1.1 426");
        assertThat(page.text("#loops")).contains("event loop", "connection");
        assertThat(page.errors()).isEmpty();
    }
}
