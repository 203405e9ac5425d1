package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Checks a console that requires a role, with form login and Basic login of the container. */
@OnContainer
@EmbeddedOnly
@OnceOnTomcat
@LongRunning
class ConsoleRoleIT {
    private static final String FORM = "/role-form", BASIC = "/role-basic";
    private static ContainerUnderTest server;

    private static War war(String name, String login) {
        return War.with(name).app("leaving").app("stranger").app("foreign").set("changeover.console", "true").set("changeover.console.role", Logins.ROLE).set("changeover.linger", "200ms")
                .webXml(login + "<security-role><role-name>member</role-name></security-role>").file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES);
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        server = container;
        container.deploy(war("role-form", "<login-config><auth-method>FORM</auth-method><realm-name>file</realm-name><form-login-config><form-login-page>/form</form-login-page>"
                + "<form-error-page>/form?wrong</form-error-page></form-login-config></login-config>").build(), FORM);
        container.deploy(war("role-basic", "<login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config>").build(), BASIC);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(FORM);
        container.undeploy(BASIC);
    }

    /** A client that keeps cookies, which a login requires. */
    private static final class CookieClient {
        private final Map<String, String> cookies = new TreeMap<>();
        private RawHttp.RawResponse loggedIn;        // the page after the form login

        private String cookie() {
            return "Cookie: " + cookies.entrySet().stream().map(one -> one.getKey() + "=" + one.getValue()).collect(Collectors.joining("; "));
        }

        RawHttp.RawResponse send(Message message) throws IOException {
            try (Wire wire = Wire.connect(server.http()).send(message.with(cookie()))) {
                RawHttp.RawResponse answer = RawHttp.readResponse(wire);
                for (String set : answer.head().all("Set-Cookie")) {
                    String[] pair = set.split(";")[0].split("=", 2);
                    cookies.put(pair[0], pair[1]);
                }
                return answer;
            }
        }

        RawHttp.RawResponse get(String path) throws IOException {
            return send(Message.of("GET " + FORM + path));
        }

        RawHttp.RawResponse command(String what, String token) throws IOException {
            return send(Message.of("POST " + FORM + "/console/api/" + what, "X-Changeover-Token: " + token).content(new byte[0], Message.Framing.LENGTH));
        }

        /** Requests the console, and submits the login form that the container returns. */
        CookieClient logIn(String user) throws IOException {
            RawHttp.RawResponse asked = get("/console/");
            if (asked.status() == 302) asked = get("/form");
            assertThat(asked.body()).contains("j_security_check").doesNotContain("<h1>Changeover</h1>");
            assertThat(asked.head().has("Content-Security-Policy")).as("the form is the application's").isFalse();
            byte[] form = ("j_username=" + user + "&j_password=changeover").getBytes(StandardCharsets.US_ASCII);
            RawHttp.RawResponse sent = send(Message.of("POST " + FORM + "/j_security_check", "Content-Type: application/x-www-form-urlencoded").content(form, Message.Framing.LENGTH));
            assertThat(sent.status()).as(sent.body()).isIn(302, 303);
            assertThat(sent.head().only("Location")).endsWith("/console/");
            loggedIn = get("/console/");
            return this;
        }

        String commandToken() throws IOException {
            RawHttp.RawResponse about = get("/console/api/about");
            assertThat(about.status()).as(about.body()).isEqualTo(200);
            Matcher matcher = Pattern.compile("\"token\":\"([0-9a-f]+)\"").matcher(about.body());
            assertThat(matcher.find()).isTrue();
            return matcher.group(1);
        }

        Wire live() throws IOException {
            Wire wire = Wire.connect(server.http()).send(Frames.handshake(FORM + "/console/live", cookie(), "Origin: http://localhost"));
            Head head = wire.readHead();
            assertThat(head.status()).as(head.raw()).isEqualTo(101);
            assertThat(Frames.read(wire).first()).isEqualTo(0x81);
            return wire;
        }

        int liveStatus() throws IOException {
            try (Wire wire = Wire.connect(server.http()).send(Frames.handshake(FORM + "/console/live", cookie(), "Origin: http://localhost"))) {
                return wire.readHead().status();
            }
        }
    }

    private static boolean draining() throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(Message.of("GET " + FORM + "/mirror", "Connection: Upgrade", "Upgrade: mirror"))) {
            return wire.readHead().status() == 503;
        }
    }

    /** Reads states up to the Close frame. Returns that frame. */
    private static String readClose(Wire wire) throws IOException {
        for (int i = 0; i < 10; i++) {
            Frames.ReceivedFrame frame = Frames.read(wire);
            if (frame.first() != 0x81) return frame.toString();
        }
        throw new AssertionError("It goes on");
    }

    @Test
    @DisplayName("The console of a role, form login: no access without a login or with another role, full access with the role")
    void formLoginWithTheRoleGivesAccess() throws IOException {
        CookieClient nobody = new CookieClient();
        for (String path : new String[] {"/console/", "/console/console.js", "/console/api/about", "/console/api/state"}) {
            RawHttp.RawResponse answer = nobody.get(path);
            assertThat(answer.status()).as(path).isIn(200, 302, 403);
            if (answer.status() == 200) assertThat(answer.body()).contains("j_security_check");
            assertThat(answer.body()).doesNotContain("<h1>Changeover</h1>", "deviations", "\"instance\"");
        }
        assertThat(nobody.liveStatus()).isNotEqualTo(101);
        assertThat(nobody.command("drain", "").body()).doesNotContain("done");

        CookieClient member = new CookieClient().logIn(Logins.MEMBER);
        assertThat(member.loggedIn.body()).contains("<h1>Changeover</h1>");
        assertThat(member.get("/console/api/state").status()).isEqualTo(200);
        assertThat(member.command("stopDraining", member.commandToken()).body()).isEqualTo("{\"done\":true}");
        assertThat(member.command("stopDraining", "").status()).as("a command needs the token of the page").isEqualTo(403);
        member.live().close();

        CookieClient guest = new CookieClient().logIn(Logins.GUEST);
        assertThat(guest.loggedIn.status()).isEqualTo(403);
        assertThat(guest.get("/console/api/about").status()).isEqualTo(403);
        assertThat(guest.command("drain", member.commandToken()).status()).isEqualTo(403);
        assertThat(guest.liveStatus()).isEqualTo(403);
        assertThat(draining()).isFalse();
    }

    @ParameterizedTest(name = "The console of a role, form login: after {0} has ended the login, the WebSocket closes, and data and commands are rejected")
    @ValueSource(strings = {"/logout", "/invalidate"})
    void logoutOrSessionEndClosesTheWebSockets(String way) throws IOException {
        CookieClient member = new CookieClient().logIn(Logins.MEMBER);
        CookieClient elsewhere = new CookieClient().logIn(Logins.MEMBER);
        String token = member.commandToken();
        Map<String, String> before = new TreeMap<>(member.cookies);
        try (Wire wire = member.live(); Wire other = elsewhere.live()) {
            assertThat(member.get("/me").body()).isEqualTo(Logins.MEMBER);
            assertThat(member.get(way).status()).isEqualTo(200);
            assertThat(readClose(wire)).startsWith("88 1008 ");
            for (CookieClient gone : new CookieClient[] {member, copy(before)}) {
                RawHttp.RawResponse order = gone.command("drain", token);
                assertThat(order.status()).isEqualTo(403);
                assertThat(order.body()).contains("not logged in");
                assertThat(gone.get("/console/api/state").status()).isEqualTo(403);
                assertThat(gone.liveStatus()).isNotEqualTo(101);
                assertThat(gone.get("/console/").body()).doesNotContain("<h1>Changeover</h1>");
            }
            assertThat(draining()).isFalse();
            assertThat(Frames.read(other).first()).as("another login goes on").isEqualTo(0x81);
            assertThat(elsewhere.get("/console/api/state").status()).isEqualTo(200);
        }
        assertThat(member.logIn(Logins.MEMBER).loggedIn.status()).as("a new login is possible").isEqualTo(200);
    }

    private static CookieClient copy(Map<String, String> cookies) {
        CookieClient browser = new CookieClient();
        browser.cookies.putAll(cookies);
        return browser;
    }

    @Test
    @DisplayName("The console of a role, form login: the end of the session closes the WebSocket even if the session has changed its id")
    void changedSessionIdIsFollowed() throws IOException {
        CookieClient member = new CookieClient().logIn(Logins.MEMBER);
        try (Wire wire = member.live()) {
            String before = member.cookie();
            assertThat(member.get("/change-id").status()).isEqualTo(200);
            assertThat(member.cookie()).isNotEqualTo(before);
            assertThat(Frames.read(wire).first()).isEqualTo(0x81);
            assertThat(member.get("/invalidate").status()).isEqualTo(200);
            assertThat(readClose(wire)).startsWith("88 1008 ");
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    private static RawHttp.RawResponse basic(String method, String path, String... fields) throws IOException {
        Message message = Message.of(method + " " + BASIC + path, fields);
        if (method.equals("POST")) message = message.content(new byte[0], Message.Framing.LENGTH);
        try (Wire wire = Wire.connect(server.http()).send(message)) {
            return RawHttp.readResponse(wire);
        }
    }

    @Test
    @DisplayName("The console of a role, Basic login: 401 without a login, 403 with another role, and full access with the role, from anywhere and behind a proxy")
    void basicLoginWithTheRoleGivesAccess() throws IOException {
        String joe = Logins.basic(Logins.MEMBER), ann = Logins.basic(Logins.GUEST);
        String[] paths = {"/console/", "/console/console.js", "/console/api/about", "/console/api/state"};
        for (String path : paths) {
            RawHttp.RawResponse asked = basic("GET", path);
            assertThat(asked.status()).as(path).isEqualTo(401);
            assertThat(asked.head().only("WWW-Authenticate")).startsWith("Basic");
            assertThat(basic("GET", path, ann).status()).as(path).isEqualTo(403);
            assertThat(basic("GET", path, joe).status()).as(path).isEqualTo(200);
            assertThat(basic("GET", path, joe, "X-Test-From: 192.0.2.7", "X-Forwarded-For: 192.0.2.7", "Via: 1.1 proxy").status()).as(path).isEqualTo(200);
        }
        String token = "X-Changeover-Token: " + ((Map<?, ?>) new Yaml().load(basic("GET", "/console/api/about", joe).body())).get("token");
        assertThat(basic("POST", "/console/api/stopDraining", token).status()).isEqualTo(401);
        assertThat(basic("POST", "/console/api/stopDraining", token, ann).status()).isEqualTo(403);
        assertThat(basic("POST", "/console/api/stopDraining", joe).status()).isEqualTo(403);
        assertThat(basic("POST", "/console/api/stopDraining", token, joe).status()).isEqualTo(200);
        for (String[] login : new String[][] {{"401"}, {"403", ann}, {"101", joe}}) {
            String[] fields = login.length == 1 ? new String[] {"Origin: http://localhost"} : new String[] {"Origin: http://localhost", login[1]};
            try (Wire wire = Wire.connect(server.http()).send(Frames.handshake(BASIC + "/console/live", fields))) {
                assertThat(wire.readHead().status()).isEqualTo(Integer.parseInt(login[0]));
            }
        }
    }

    @Test
    @DisplayName("S2: the console of a role has no token, in the log or elsewhere")
    void consoleOfARoleHasNoToken() throws IOException {
        assertThat(server.log()).contains("for the role " + Logins.ROLE).doesNotContain(FORM + "/console/?token=").doesNotContain(BASIC + "/console/?token=");
        RawHttp.RawResponse answer = basic("GET", "/console/?token=x");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.head().all("Set-Cookie").toString()).doesNotContain("changeover-console");
    }
}
