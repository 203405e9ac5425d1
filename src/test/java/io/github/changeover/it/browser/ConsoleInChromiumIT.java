package io.github.changeover.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.ConsoleLogin;
import io.github.changeover.it.ExternalTool;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatEdgeOnly;
import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the console as an operator sees and uses it in a browser. */
@OnContainer
@TomcatEdgeOnly
@EmbeddedOnly
@Tag("full")
@Tag("program")
class ConsoleInChromiumIT {
    private static final String ROWS = "document.querySelectorAll('#live tr').length";
    private static final String UPDATES = "document.getElementById('state').dataset.updates";
    private static ChromiumBrowser browser;
    private static URI server;
    private static URI console;
    private static String token;
    private BrowserPage page;
    private String expectedError;       // null if none

    @BeforeAll
    static void start(ContainerUnderTest container) {
        ExternalTool.require("chromium");
        container.deploy(War.demo("chromium").set("changeover.console", "true").build(), "/chromium");
        server = container.http();
        console = server.resolve("/chromium/console/");
        token = ConsoleLogin.token(container, "/chromium");
        browser = ChromiumBrowser.start();
    }

    @AfterAll
    static void stop(ContainerUnderTest container) {
        if (browser != null) browser.close();
        container.undeploy("/chromium");
    }

    @BeforeEach
    void open() {
        expectedError = null;
        page = browser.open(console.resolve("?token=" + token)).size(1280, 900);
        page.await("document.getElementById('state').innerText === 'Serving'").await(ROWS + " === 0").await(UPDATES + " === 'live'");
    }

    /** Checks after every test that there was no error, no violation of the policy, and no request to another server. */
    @AfterEach
    void assertNoErrors() {
        assertThat(page.errors()).filteredOn(error -> expectedError == null || !error.contains(expectedError)).isEmpty();
        assertThat(page.requests()).allSatisfy(address -> assertThat(address).startsWith(console.toString()));
        page.close();
    }

    private static Wire offer(String path, String token) throws IOException {
        return Wire.connect(server).send(Message.offering("/chromium" + path, token));
    }

    @Test
    void connectionsAppearAndDisappear() throws IOException {
        assertThat(page.text("#no-connections")).contains("No connection");
        try (Wire wire = offer("/echo", "echo")) {
            Expect.answer(wire.readHead()).switchesTo("echo");
            page.await(ROWS + " === 1").await("document.getElementById('f-live').innerText === '1'");
            assertThat(page.text("#live tr")).contains("echo", "/echo", "127.0.0.1:" + wire.localPort());
            wire.send("hello").readText(5);
            page.await("[7, 8].every(i => document.querySelector('#live tr').cells[i].innerText === '5 B')");
            for (int i = 0; i < 5; i++) wire.send("hello").readText(5);      // a connection with traffic moves to a loop
            page.await("/^\\d+ event loops? with 1 connection\\. \\d+ hand-overs? to another thread/.test(document.getElementById('loops').innerText)");
        }
        page.await(ROWS + " === 0").await("document.getElementById('loops').innerText.includes('with 0 connections')").await("!document.getElementById('no-connections').hidden");
        page.await("document.querySelectorAll('#chart-connections path.stroke').length === 1 && document.querySelectorAll('#chart-bytes path.stroke').length === 2");
    }

    @Test
    void pageIsUpdatedByWebSocketWithoutPolling() throws IOException {
        page.eval("{ window.asked = 0; const before = window.fetch; window.fetch = (...given) => { window.asked++; return before(...given); }; }");
        try (Wire wire = offer("/echo", "echo")) {
            Expect.answer(wire.readHead()).switchesTo("echo");
            page.await(ROWS + " === 1");
        }
        page.await(ROWS + " === 0");
        assertThat(page.eval("window.asked")).isEqualTo(0);
    }

    @Test
    @DisplayName("S2: the token opens the page, is in no address of it, and no script can read the cookie")
    void tokenIsNotVisibleInThePage() {
        assertThat(page.eval("location.href")).isEqualTo(console.toString());
        assertThat(page.eval("document.cookie")).isEqualTo("");
        assertThat(page.eval("document.referrer")).isEqualTo("");
        assertThat(page.eval("performance.getEntriesByType('resource').map(one => one.name).filter(name => name.includes('" + token + "')).length")).isEqualTo(0);
        assertThat(page.requests()).filteredOn(address -> address.contains(token)).hasSize(1);
        page.open(console).await(UPDATES + " === 'live'");
    }

    @Test
    @DisplayName("S2: without the token there is no page, and the response says where to find it")
    void pageNeedsTheToken() {
        try (BrowserPage other = browser.open(console)) {
            assertThat((String) other.eval("document.body.innerText")).contains("log", "token").doesNotContain(token);
            assertThat(other.eval("document.getElementById('state')")).isNull();
        }
    }

    @Test
    @DisplayName("The console of a role: the user logs in with a form, and after the logout the page gets no more updates")
    void logoutStopsUpdatesOfThePage(ContainerUnderTest container) {
        container.deploy(War.with("chromium-role").app("leaving").set("changeover.console", "true").set("changeover.console.role", Logins.ROLE).webXml("<login-config><auth-method>FORM"
                + "</auth-method><form-login-config><form-login-page>/form</form-login-page><form-error-page>/form</form-error-page></form-login-config></login-config>"
                + "<security-role><role-name>member</role-name></security-role>").build(), "/chromium-role");
        try (BrowserPage other = browser.open(server.resolve("/chromium-role/console/"))) {
            other.await("document.forms.length === 1").eval("(form => { form.elements.j_username.value = 'joe'; form.elements.j_password.value = 'changeover'; form.submit(); })(document.forms[0])");
            other.await("document.getElementById('state')?.innerText === 'Serving'").await(UPDATES + " === 'live'");
            assertThat(other.eval("fetch('../logout').then(answer => answer.text())")).isEqualTo("logged out");
            other.await("document.getElementById('state').innerText === 'No access'").await(UPDATES + " === 'polled'");
            assertThat(other.text("#message")).contains("not logged in");
            other.click("#drain").click("#confirm-drain [value=drain]").await("document.getElementById('message').innerText.includes('The command failed')");
            other.eval("location.reload()");
            other.await("document.forms.length === 1 && document.querySelector('[name=j_username]') !== null");
        } finally {
            container.undeploy("/chromium-role");
        }
    }

    @Test
    void pagePollsIfWebSocketIsDisabled() throws IOException {
        expectedError = "WebSocket connection to";
        page.click("[data-token='websocket']").await("document.querySelector(\"[data-token='websocket']\").ariaChecked === 'false'");
        page.eval("window.before = true");
        page.eval("location.reload()");
        page.await("window.before === undefined && document.getElementById('state')?.innerText === 'Serving'");
        try (Wire wire = offer("/echo", "echo")) {
            Expect.answer(wire.readHead()).switchesTo("echo");
            page.await(ROWS + " === 1");
            assertThat(page.eval(UPDATES)).isNotEqualTo("live");
        }
        page.await(ROWS + " === 0").click("[data-token='websocket']").await("document.querySelector(\"[data-token='websocket']\").ariaChecked === 'true'");
    }

    @Test
    @DisplayName("H9: a drain leaves the WebSocket of the page open")
    void drainKeepsTheWebSocketOfThePage() {
        page.click("#drain").click("#confirm-drain [value=drain]").await("document.getElementById('state').innerText === 'Draining'");
        assertThat(page.eval(UPDATES)).isEqualTo("live");
        page.click("#stopDraining").await("document.getElementById('state').innerText === 'Serving'");
        assertThat(page.eval(UPDATES)).isEqualTo("live");
    }

    @Test
    void connectionsAreClosedAndAborted() throws IOException {
        try (Wire lines = offer("/echo", "example/1"); Wire bytes = offer("/echo", "echo"); Wire stays = offer("/echo", "echo")) {
            for (Wire wire : List.of(lines, bytes, stays)) assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 3");
            page.click("[aria-label^='Close example/1']");
            assertThat(lines.readLine()).isEqualTo("BYE\r\n");
            assertThat(lines.readToEnd().end()).isEqualTo(Wire.End.FIN);
            page.await(ROWS + " === 2").await("document.getElementById('message').innerText.includes('is closing')");
            page.click("[aria-label^='Abort'][aria-label$='127.0.0.1:" + bytes.localPort() + "']");
            assertThat(bytes.readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
            page.await(ROWS + " === 1");
            assertThat(stays.send("still").readText(5)).isEqualTo("still");
        }
    }

    @Test
    void drainIsConfirmedAndUndone() throws IOException {
        try (Wire wire = offer("/echo", "example/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 1").click("#drain").await("document.getElementById('confirm-drain').open");
            page.press("Escape").await("!document.getElementById('confirm-drain').open");
            assertThat(page.text("#state")).isEqualTo("Serving");
            page.click("#drain").click("#confirm-drain [value=drain]");
            assertThat(wire.readLine()).isEqualTo("BYE\r\n");
            page.await("document.getElementById('state').innerText === 'Draining'").await(ROWS + " === 0");
            page.click("#stopDraining").await("document.getElementById('state').innerText === 'Serving'");
        }
    }

    @Test
    void decisionShowsItsReason() throws IOException {
        try (Wire wire = offer("/upgrade-only", "unknown/7")) {
            assertThat(wire.readHead().status()).isEqualTo(426);
        }
        page.await("document.querySelector('#decision-list .outcome').innerText === 'refused'");
        page.click("#decision-list summary").await("document.querySelector('#decision-list pre') !== null");
        assertThat(page.text("#decision-list .detail")).contains("unknown/7", "/upgrade-only", "HTTP/1.1 426", "foo/2, example/1");
        page.click(".chips label:nth-of-type(2)").await("[...document.querySelectorAll('#decision-list .outcome')].every(one => one.innerText === 'switched')");
    }

    @ParameterizedTest
    @CsvSource({"/upgrade-only,unknown/7,refused", "/echo,'foo/2, echo',switched", "/upgrade-only,example/1,switched"})
    void dryRunShowsTheBytesOfTheRealResponse(String path, String offer, String kind) throws IOException {
        page.enter("[name=target]", path);
        page.enter("[name=fields]", "Host: localhost\nConnection: Upgrade\nUpgrade: " + offer).click("#dry-run-form [type=submit]");
        page.await("document.getElementById('result').dataset.kind === '" + kind + "'");
        String shown = (String) page.eval("document.getElementById('bytes').textOnly");
        try (Wire wire = offer(path, offer)) {
            Head real = wire.readHead();
            assertThat(shown).startsWith("HTTP/1.1 " + real.status()).contains("Upgrade: " + real.only("Upgrade") + "\r\n");
            if (real.status() != 101) assertThat(shown).endsWith("\r\n\r\n" + wire.readBodyText(real));
        }
        page.await(ROWS + " === 0");
    }

    @Test
    void dryRunReportsInvalidRequests() {
        page.enter("[name=target]", "no path").click("#dry-run-form [type=submit]").await("document.getElementById('result').dataset.kind === 'malformed'");
        assertThat(page.text("#result")).contains("slash");
    }

    @Test
    void protocolIsDisabledAndEnabled() throws IOException {
        page.click("[data-token='shout/1']").await("document.querySelector(\"[data-token='shout/1']\").ariaChecked === 'false'");
        try (Wire wire = offer("/lines/tea", "shout/1")) {
            assertThat(wire.readHead().status()).isNotEqualTo(101);
        }
        page.click("[data-token='shout/1']").await("document.querySelector(\"[data-token='shout/1']\").ariaChecked === 'true'");
        try (Wire wire = offer("/lines/tea", "shout/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
        }
    }

    @Test
    void inputOfAPeerIsShownAsText() throws IOException {
        String hostile = "/lines/%3Cimg%20src=x%20onerror=document.title='owned'%3E";
        try (Wire wire = Wire.connect(server).send("GET /chromium" + hostile + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                + "Upgrade: shout/1, <script>document.title='owned'</script>\r\n\r\n")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 1").click("#decision-list summary");
            assertThat(page.text("#live tr")).contains("<img src=x onerror=document.title='owned'>");
            assertThat(page.text("#decision-list .detail")).contains("<script>document.title='owned'</script>");
            assertThat(page.eval("document.querySelectorAll('main img, main script').length")).isEqualTo(0);
            assertThat((String) page.eval("document.title")).startsWith("Changeover");
        }
        page.await(ROWS + " === 0");
    }

    @Test
    @DisplayName("topics are hidden until there are some")
    void applicationWithoutTopicsShowsNone() {
        assertThat(page.eval("[...document.querySelectorAll('#topics, nav [href=\"#topics\"]')].every(node => !node.checkVisibility())")).isEqualTo(true);
    }

    @Test
    @DisplayName("topics with their members, and whether the relay is up; a name is shown as text")
    void topicsAndRelayAreShown(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("chromium-topics").webSocket().app("topics").set("changeover.console", "true").set("changeover.relay", "fake")
                .file("WEB-INF/classes/META-INF/services/io.github.changeover.relay.RelayFactory", "topics.FakeRelay").build(), "/chromium-topics");
        String token = ConsoleLogin.token(container, "/chromium-topics"), rows = "document.querySelectorAll('#topic-list tr')";
        try (BrowserPage other = browser.open(server.resolve("/chromium-topics/console/?token=" + token)).size(400, 900);
             Wire garden = member("garden"); Wire second = member("garden"); Wire hostile = member("%3Cimg%20src=x%20onerror=document.title='owned'%3E")) {
            other.await(rows + ".length === 2").await(rows + "[0].cells[1].innerText === '2'");
            assertThat(other.text("#topic-list tr")).contains("garden");
            assertThat(other.eval(rows + "[1].cells[0].innerText")).isEqualTo("<img src=x onerror=document.title='owned'>");
            assertThat(other.eval("document.querySelectorAll('main img').length")).isEqualTo(0);
            assertThat((String) other.eval("document.title")).startsWith("Changeover");
            other.await("document.getElementById('relay-state').innerText === 'Relay up'");
            assertThat(other.text("#relay")).contains("fake");
            try (Wire wire = Wire.connect(server).send(Message.of("GET /chromium-topics/publish?relay=false"))) {
                assertThat(wire.readHead().status()).isEqualTo(200);
            }
            other.await("document.getElementById('relay-state').innerText.startsWith('Relay down')");
            for (String scheme : List.of("light", "dark")) assertThat((List<?>) other.scheme(scheme).eval(CONTRAST)).as(scheme).isEmpty();
            for (int width : new int[] {400, 1280}) assertThat(other.size(width, 860).eval("document.documentElement.scrollWidth")).isEqualTo(width);
            hostile.close();
            garden.close();
            second.close();
            other.await("!document.getElementById('no-topics').hidden");
            assertThat(other.eval("document.getElementById('topics').checkVisibility()")).as("it stays").isEqualTo(true);
            assertThat(other.errors()).isEmpty();
        } finally {
            container.undeploy("/chromium-topics");
        }
    }

    private static Wire member(String room) throws IOException {
        Wire wire = Wire.connect(server).send(Message.of("GET /chromium-topics/rooms/" + room, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    /** WCAG 2.2, 1.4.3: the contrast between text and its background is at least 4.5 to 1. */
    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void pageIsReadableInLightAndDark(String scheme) throws IOException {
        page.scheme(scheme);
        try (Wire wire = offer("/echo", "echo"); Wire refused = offer("/upgrade-only", "unknown/7")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(refused.readHead().status()).isEqualTo(426);
            page.await(ROWS + " === 1").click("#dry-run-form [type=submit]").await("document.getElementById('result').dataset.kind === 'switched'");
            assertThat((List<?>) page.eval(CONTRAST)).isEmpty();
            assertThat(page.eval("getComputedStyle(document.body).backgroundColor")).isEqualTo(scheme.equals("light") ? "rgb(246, 247, 246)" : "rgb(17, 22, 26)");
        }
        page.await(ROWS + " === 0");
    }

    private static final String CONTRAST = """
            (() => {
              const parts = color => color.match(/[\\d.]+/g).map(Number);
              const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
              const behind = node => {
                for (; node; node = node.parentElement) {
                  const color = parts(getComputedStyle(node).backgroundColor);
                  if (color.length < 4 || color[3] === 1) return color;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll('h1, h2, h3, p, dt, dd, th, td, a, button, summary span, time, label, input, textarea, pre, code')]
                .filter(node => node.innerText && node.checkVisibility() && !node.matches('.message, .skip'))
                .map(node => [light(parts(getComputedStyle(node).color)), light(behind(node)), node.outerHTML.slice(0, 90)])
                .map(([one, other, html]) => [(Math.max(one, other) + .05) / (Math.min(one, other) + .05), html])
                .filter(([ratio]) => ratio < 4.5).map(([ratio, html]) => `${ratio.toFixed(2)} ${html}`);
            })()""";

    @ParameterizedTest
    @ValueSource(ints = {400, 1280})
    void pageFitsTheWindow(int width) throws IOException {
        page.size(width, 860);
        try (Wire wire = offer("/echo", "example/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 1");
            assertThat(page.eval("document.documentElement.scrollWidth")).isEqualTo(width);
        }
        page.await(ROWS + " === 0");
    }

    @Test
    void everythingIsReachableByKeyboardAndNamed() throws IOException {
        page.press("Tab");
        assertThat(page.eval("document.activeElement.className")).isEqualTo("skip");
        page.press("Enter").await("document.activeElement.id === 'main'");
        assertThat(page.eval("[...document.querySelectorAll('button, input, select, textarea, a, summary, svg[role]')]"
                + ".filter(node => !(node.innerText || node.ariaLabel || node.labels?.length)).map(node => node.outerHTML)")).isEqualTo(List.of());
        page.eval("document.querySelector('#chart-connections svg').focus()");
        page.await("document.querySelectorAll('#chart-connections path').length > 0").press("ArrowLeft");
        page.await("document.querySelector('#chart-connections .when').innerText.startsWith('at ')");
        try (Wire wire = offer("/echo", "echo")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 1").eval("document.querySelector('#live .danger').focus()");
            page.press("Enter");
            assertThat(wire.readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
        page.await(ROWS + " === 0");
    }

    @Test
    void focusIsKeptWhileThePageChanges() throws IOException {
        try (Wire wire = offer("/echo", "echo")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            page.await(ROWS + " === 1").eval("document.querySelector('#live button').focus()");
            try (Wire other = offer("/echo", "example/1")) {
                assertThat(other.readHead().status()).isEqualTo(101);
                page.await(ROWS + " === 2");
                assertThat((String) page.eval("document.activeElement.ariaLabel")).isEqualTo("Close echo from 127.0.0.1:" + wire.localPort());
            }
        }
        page.await(ROWS + " === 0");
    }
}
