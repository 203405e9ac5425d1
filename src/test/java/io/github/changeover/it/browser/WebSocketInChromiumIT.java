package io.github.changeover.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the pages of the demo in Chromium, with the WebSocket of the browser. */
@OnContainer
@EmbeddedOnly
@Tag("full")
@Tag("program")
class WebSocketInChromiumIT {
    private static ChromiumBrowser browser;
    private static URI demo;

    @BeforeAll
    static void start(ContainerUnderTest container) {
        ExternalTool.require("chromium");
        demo = container.http().resolve(OnContainer.CONTEXT + "/index.html");
        browser = ChromiumBrowser.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
    }

    private static BrowserPage connect(BrowserPage page, String path, String subprotocol) {
        page.enter("#path", path).eval("document.getElementById('subprotocol').value = '" + subprotocol + "'");
        return page.click("#switch").await("document.getElementById('state').innerText.startsWith('Connected')");
    }

    private static BrowserPage send(BrowserPage page, String words) {
        return page.enter("#message", words).click("#say");
    }

    private static BrowserPage awaitMessage(BrowserPage page, String words) {
        return page.await("[...document.querySelectorAll('#heard li')].some(line => line.innerText.startsWith('<') && line.innerText.includes('" + words + "'))");
    }

    @Test
    void commandsNameThisServerAndCanBeCopied() {
        try (BrowserPage page = browser.open(demo)) {
            assertThat(page.eval("[...document.querySelectorAll('pre')].every(command => command.textContent.includes('" + demo.getPort() + "') && !command.textContent.includes('8080'))")).isEqualTo(true);
            assertThat(page.eval("[...document.querySelectorAll('pre')].every(command => command.scrollWidth <= command.clientWidth)")).as("long commands wrap").isEqualTo(true);
            page.click(".command button").await("/Copied|Selected/.test(document.querySelector('.command button').textContent)");
        }
    }

    @Test
    @Covers({"RFC6455-4.2.2-05", "RFC7692-5-01", "RFC6455-5.5.1-01"})
    void echoWithSubprotocolExtensionAndClose() {
        try (BrowserPage page = browser.open(demo)) {
            connect(page, "echo", "v2.echo v1.echo");
            assertThat(page.text("#state")).endsWith("/echo - subprotocol: v2.echo, extensions: permessage-deflate");
            awaitMessage(send(page, "hello"), "hello");
            String longLine = "a long line, so that it is compressed, ".repeat(20).strip();
            awaitMessage(send(page, longLine), longLine);
            awaitMessage(send(page, longLine + "again"), longLine + "again");
            page.click("#switch").await("document.getElementById('state').innerText === 'Closed with 1000: done'");
            assertThat(page.errors()).isEmpty();
        }
    }

    @Test
    void missingSubprotocolIsShownAsNone() {
        try (BrowserPage page = browser.open(demo)) {
            connect(page, "echo", "");
            assertThat(page.text("#state")).endsWith("subprotocol: none, extensions: permessage-deflate");
        }
    }

    @Test
    void twoTabsExchangeChatMessages() {
        try (BrowserPage one = browser.open(demo); BrowserPage two = browser.open(demo); BrowserPage elsewhere = browser.open(demo)) {
            connect(one, "chat/garden", "");
            connect(two, "chat/garden", "");
            connect(elsewhere, "chat/cellar", "");
            awaitMessage(one, "entered");
            awaitMessage(send(one, "is anybody here"), "is anybody here");
            awaitMessage(two, "is anybody here");
            awaitMessage(send(two, "me"), ": me");
            awaitMessage(one, ": me");
            two.click("#switch");
            awaitMessage(one, "left");
            assertThat(elsewhere.text("#heard")).contains("entered").doesNotContain("anybody");
        }
    }

    /** The same server with another name is another origin. */
    @Test
    @Covers("RFC6455-4.2.2-01")
    void pageOfAnotherOriginIsRejected() {
        URI other = URI.create(demo.toString().replace("127.0.0.1", "localhost"));
        String address = demo.toString().replace("http:", "ws:").replace("index.html", "echo");
        String attempt = "new Promise(done => { const socket = new WebSocket('%s'); socket.onopen = () => done('open'); socket.onclose = event => done('closed ' + event.code); })";
        try (BrowserPage page = browser.open(other); BrowserPage own = browser.open(demo)) {
            assertThat(page.eval(attempt.formatted(address))).isEqualTo("closed 1006");
            assertThat(page.errors()).anySatisfy(error -> assertThat(error).contains("403"));
            assertThat(own.eval(attempt.formatted(address))).isEqualTo("open");
            assertThat(page.eval(attempt.formatted(address.replace("127.0.0.1", "localhost")))).isEqualTo("open");
        }
    }
}
