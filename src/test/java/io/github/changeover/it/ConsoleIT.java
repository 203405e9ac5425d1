package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Checks the console: who has access, what its commands do, and that the dry run responds like the container. */
@OnContainer
class ConsoleIT {
    private static ContainerUnderTest server;
    private static ApplicationClient asking;
    private static String cookie;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws IOException {
        server = container;
        container.deploy(War.with("console").app("wire").app("stranger").set("changeover.console", "true").set("changeover.path./advertised.advertise", "true")
                .set("changeover.path./closing.close-on-refuse", "true").build(), "/console-on");
        container.deploy(War.with("consoleless").app("foreign").build(), "/console-off");
        container.deploy(War.with("consolerole").app("stranger").app("foreign").set("changeover.console", "true").set("changeover.console.role", Logins.ROLE)
                .webXml("<login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config><security-role><role-name>member</role-name></security-role>")
                .file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).build(), "/console-role");
        asking = ApplicationClient.of(container, "/console-on");
        cookie = ConsoleLogin.cookie(container, "/console-on");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        for (String context : List.of("/console-on", "/console-off", "/console-role")) container.undeploy(context);
    }

    private static RawHttp.RawResponse get(String path, String... fields) throws IOException {
        return send(Message.of("GET /console-on" + path, fields).with(cookie));
    }

    private static RawHttp.RawResponse send(Message message) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(message)) {
            return RawHttp.readResponse(wire);
        }
    }

    private static Object json(String text) {
        return new Yaml().load(text);
    }

    private static String token() throws IOException {
        return (String) ((Map<?, ?>) json(get("/console/api/about").body())).get("token");
    }

    private static RawHttp.RawResponse command(String what, Map<String, String> parameters, String... fields) throws IOException {
        String form = parameters.entrySet().stream().map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(Message.of("POST /console-on/console/api/" + what, "Content-Type: application/x-www-form-urlencoded;charset=UTF-8", cookie).with(fields)
                .content(form.getBytes(StandardCharsets.US_ASCII), Message.Framing.LENGTH));
    }

    private static Map<?, ?> commandResult(String what, Map<String, String> parameters) throws IOException {
        RawHttp.RawResponse answer = command(what, parameters, "X-Changeover-Token: " + token());
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return (Map<?, ?>) json(answer.body());
    }

    private static List<?> connections() throws IOException {
        return (List<?>) ((Map<?, ?>) json(get("/console/api/state").body())).get("connections");
    }

    @Test
    void consoleIsDisabledByDefault() throws IOException {
        ApplicationClient off = ApplicationClient.of(server, "/console-off");
        for (String path : List.of("/console", "/console/", "/console/console.js", "/console/api/state")) assertThat(off.status(path)).as(path).isEqualTo(404);
    }

    @Test
    void pageHasAStrictContentSecurityPolicy() throws IOException {
        RawHttp.RawResponse page = get("/console/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<h1>Changeover</h1>");
        assertThat(page.head().only("Content-Type").replace(" ", "").toLowerCase(Locale.ROOT)).isEqualTo("text/html;charset=utf-8");
        assertThat(page.head().only("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self'").doesNotContain("unsafe").contains("frame-ancestors 'none'");
        assertThat(page.head().only("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.head().only("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(get("/console").head().only("Location")).endsWith("/console-on/console/");
        RawHttp.RawResponse module = get("/console/console.js");
        assertThat(module.head().only("Content-Type").replace(" ", "").toLowerCase(Locale.ROOT)).isEqualTo("text/javascript;charset=utf-8");
        assertThat(get("/console/console.js", "If-None-Match: " + module.head().only("ETag")).status()).isEqualTo(304);
        assertThat(get("/console/api/state").head().only("Cache-Control")).isEqualTo("no-store");
        for (String path : List.of("/console/../WEB-INF/web.xml", "/console/Console.class", "/console/package-info.class", "/console/api/", "/console/x")) {
            assertThat(get(path).status()).as(path).isIn(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Test-From: 192.0.2.7", "X-Test-From: 2001:db8::7", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy"})
    void remoteAndProxiedRequestsAreRejected(String field) throws IOException {
        for (String path : List.of("/console/", "/console/api/about", "/console/console.js")) assertThat(get(path, field).status()).as(path).isEqualTo(403);
        String token = token();
        assertThat(command("drain", Map.of(), "X-Changeover-Token: " + token, field).status()).isEqualTo(403);
        assertThat(get("/console/", field).body()).contains("changeover.console.role").doesNotContain(token);
    }

    @Test
    void reboundHostNameIsRejected() throws IOException {
        try (Wire wire = Wire.connect(server.http()).send("GET /console-on/console/api/about HTTP/1.1\r\nHost: evil.example\r\n" + cookie + "\r\nConnection: close\r\n\r\n")) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
    }

    @Test
    void forgedCommandIsRejectedWithoutEffect() throws IOException {
        String right = "X-Changeover-Token: " + token();
        assertThat(command("drain", Map.of()).status()).isEqualTo(403);
        assertThat(command("drain", Map.of(), "X-Changeover-Token: " + "0".repeat(48)).status()).isEqualTo(403);
        assertThat(command("drain", Map.of(), right, "Origin: http://evil.example").status()).isEqualTo(403);
        assertThat(command("drain", Map.of(), right, "Origin: null").status()).isEqualTo(403);
        assertThat(command("drain", Map.of(), right, "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(command("drain", Map.of(), right, "Sec-Fetch-Site: same-site").status()).isEqualTo(403);
        assertThat(get("/console/api/drain", right).status()).isEqualTo(404);
        assertThat(send(Message.of("PUT /console-on/console/api/drain", right, cookie)).status()).isEqualTo(405);
        assertThat(get("/console/api/about", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(get("/console/api/state", "Origin: http://evil.example").status()).isEqualTo(403);
        assertThat(((Map<?, ?>) json(get("/console/api/state").body())).get("draining")).isEqualTo(false);
        assertThat(command("dryRun", Map.of("fields", "x".repeat(70_000)), right).status()).isEqualTo(413);
    }

    @Test
    void closeCommandClosesOneConnection() throws IOException {
        try (Wire one = asking.offer("/greet", "greet/1"); Wire other = asking.offer("/plain", "second/2")) {
            Expect.answer(one.readHead()).switchesTo("greet/1");
            Expect.answer(other.readHead()).switchesTo("second/2");
            one.readLine();
            other.readLine();
            Map<?, ?> first = (Map<?, ?>) connections().stream().filter(view -> ((Map<?, ?>) view).get("protocol").equals("greet/1")).findFirst().orElseThrow();
            assertThat(first.get("path")).isEqualTo("/greet");
            assertThat(commandResult("abort", Map.of("id", (String) first.get("id")))).isEqualTo(Map.of("done", true));
            assertThat(one.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            assertThat(commandResult("abort", Map.of("id", "no such"))).isEqualTo(Map.of("done", false));
            assertThat(other.isClosedByPeer(Duration.ofMillis(200))).isFalse();
        }
    }

    @Test
    void drainRejectsNewConnectionsUntilStopped() throws IOException {
        commandResult("drain", Map.of());
        try {
            try (Wire wire = asking.offer("/greet", "greet/1")) {
                Expect.answer(wire.readHead()).refuses(503);
            }
        } finally {
            commandResult("stopDraining", Map.of());
        }
        try (Wire wire = asking.offer("/greet", "greet/1")) {
            Expect.answer(wire.readHead()).switchesTo("greet/1");
        }
    }

    @Test
    void drainMayHaveACloseCode() throws IOException {
        for (String code : List.of("1001", "1012", "")) {
            commandResult("drain", Map.of("code", code));
            commandResult("stopDraining", Map.of());
        }
        for (String code : List.of("1000", "one", "-1001", "10121012101210")) {
            RawHttp.RawResponse answer = command("drain", Map.of("code", code), "X-Changeover-Token: " + token());
            assertThat(answer.status()).as(code).isEqualTo(400);
            assertThat(answer.body()).startsWith("The WebSocket close code of a drain is ").contains("1001", "1012");
        }
        assertThat(((Map<?, ?>) json(get("/console/api/state").body())).get("draining")).isEqualTo(false);
    }

    @Test
    void protocolIsDisabledAndEnabled() throws IOException {
        commandResult("off", Map.of("token", "another_protocol/2.2"));
        try (Wire wire = asking.offer("/versions", "another_protocol/2.2")) {
            assertThat(wire.readHead().status()).isNotEqualTo(101);
        } finally {
            commandResult("on", Map.of("token", "another_protocol/2.2"));
        }
        try (Wire wire = asking.offer("/versions", "another_protocol/2.2")) {
            Expect.answer(wire.readHead()).switchesTo("another_protocol/2.2");
        }
        assertThat(commandResult("off", Map.of("token", "no token\r\n"))).isEqualTo(Map.of("done", false));
    }

    @Test
    void inputOfAPeerIsEscaped() throws IOException {
        get("/greet/%3Cimg%20src=x%20onerror=alert(1)%3E", "Connection: upgrade", "Upgrade: <script>, \"x\", greet/1");
        get("/greet", "Connection: upgrade", "Upgrade: <script>alert(1)</script>, '&quot;'");
        String state = get("/console/api/state").body();
        assertThat(state).matches("[\\x20-\\x7e]*").doesNotContain("<", ">", "&", "'").contains("u003cscript");
    }

    @Test
    void roleGrantsAccess() throws IOException {
        String path = "GET /console-role/console/";
        assertThat(send(Message.of(path)).status()).isEqualTo(401);
        assertThat(send(Message.of(path)).head().only("WWW-Authenticate")).startsWith("Basic");
        assertThat(send(Message.of(path, Logins.basic(Logins.GUEST))).status()).isEqualTo(403);
        assertThat(send(Message.of(path, Logins.basic(Logins.MEMBER), "X-Test-From: 192.0.2.7", "X-Forwarded-For: 192.0.2.7")).status()).isEqualTo(200);
        assertThat(send(Message.of("POST /console-role/console/api/drain", Logins.basic(Logins.MEMBER)).content(new byte[0], Message.Framing.LENGTH)).status()).isEqualTo(403);
    }

    // ---- dry run

    /** A request that is sent to the dry run and to the container. */
    record DryRunCase(String method, String path, String version, List<String> fields) {
        static DryRunCase offer(String path, String offer, String... more) {
            List<String> fields = new ArrayList<>(List.of("Host: localhost", "Connection: Upgrade", "Upgrade: " + offer));
            fields.addAll(List.of(more));
            return new DryRunCase("GET", path, "HTTP/1.1", fields);
        }

        static DryRunCase of(String method, String path, String version, String... fields) {
            return new DryRunCase(method, path, version, List.of(fields));
        }
    }

    static Stream<DryRunCase> requests() {
        return Stream.of(
                DryRunCase.offer("/greet", "greet/1"), DryRunCase.offer("/greet", "second/2, greet/1"), DryRunCase.offer("/greet", "unknown/7"),
                DryRunCase.offer("/greet", "GREET/1"), DryRunCase.offer("/greet?key=value", "greet/1"), DryRunCase.offer("/gr%65et", "greet/1"),
                DryRunCase.of("GET", "/greet", "HTTP/1.1", "Host: localhost"), DryRunCase.of("GET", "/greet", "HTTP/1.1", "Host: localhost", "Upgrade: greet/1"),
                DryRunCase.offer("/required", "unknown/7"), DryRunCase.of("GET", "/required", "HTTP/1.1", "Host: localhost"),
                DryRunCase.of("GET", "/required", "HTTP/1.0", "Host: localhost", "Connection: upgrade", "Upgrade: greet/1"), DryRunCase.offer("/required", "second/2"),
                DryRunCase.offer("/layers", "layer/1"), DryRunCase.offer("/fields", "greet/1"), DryRunCase.of("POST", "/greet", "HTTP/1.1", "Host: localhost", "Connection: upgrade", "Upgrade: greet/1", "Content-Length: 0"),
                DryRunCase.offer("/any-method", "greet/1"), DryRunCase.offer("/not-me", "greet/1"), DryRunCase.offer("/second-takes-it", "greet/1, second/2"),
                DryRunCase.offer("/moved", "greet/1"), DryRunCase.offer("/malformed", "greet/1"), DryRunCase.offer("/busy", "greet/1"), DryRunCase.offer("/gate", "greet/1"),
                DryRunCase.offer("/versions", "a_protocol/2, IRC/6.9, foo/, x/1/2, example"), DryRunCase.offer("/advertised", "unknown/7"), DryRunCase.offer("/closing", "unknown/7"),
                DryRunCase.offer("/nowhere", "greet/1"), DryRunCase.of("HEAD", "/required", "HTTP/1.1", "Host: localhost"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void dryRunAnswersLikeTheContainer(DryRunCase tried) throws IOException {
        Map<?, ?> played = commandResult("dryRun", Map.of("method", tried.method, "target", tried.path, "version", tried.version, "fields", String.join("\n", tried.fields)));
        String request = tried.method + " /console-on" + tried.path + " " + tried.version + "\r\n" + String.join("\r\n", tried.fields) + "\r\n\r\n";
        try (Wire wire = Wire.connect(server.http()).send(request)) {
            Head real = wire.readHead();
            boolean ordinary = played.get("kind").equals("ordinary");
            List<String> lines = List.of(((String) played.get("head")).split("\r\n"));
            if (!ordinary) assertThat(lines.get(0)).as(played.toString()).startsWith("HTTP/1.1 " + real.status() + " ");
            assertThat(real.all("Upgrade")).as(real.raw()).isEqualTo(values(lines, "Upgrade"));
            if (ordinary) {
                assertThat(real.status()).isNotIn(101, 426);
            } else {
                lines.stream().skip(1).filter(line -> !line.startsWith("Connection:") && !line.startsWith("Location:") && !line.startsWith("Content-Type:"))
                        .forEach(line -> assertThat(real.all(line.split(":")[0])).as(line).contains(line.split(":", 2)[1].strip()));
                if (real.status() != 101 && !tried.method.equals("HEAD")) assertThat(wire.readBodyText(real)).isEqualTo(played.get("content"));
            }
            // The container may close the connection for its own reasons. It must not keep a connection open that the dry run reports as closed.
            if (values(lines, "Connection").toString().contains("close")) assertThat(real.all("Connection").toString()).contains("close");
        }
    }

    private static List<String> values(List<String> lines, String name) {
        return lines.stream().filter(line -> line.startsWith(name + ":")).map(line -> line.substring(name.length() + 1).strip()).toList();
    }

    @Test
    void dryRunSwitchesNothing() throws IOException {
        int before = connections().size();
        assertThat(commandResult("dryRun", Map.of("method", "GET", "target", "/greet", "version", "HTTP/1.1", "fields", "Host: a\nConnection: upgrade\nUpgrade: greet/1")).get("kind")).isEqualTo("switched");
        assertThat(connections()).hasSize(before);
        assertThat(commandResult("dryRun", Map.of("method", "GET", "target", "no path", "version", "HTTP/1.1", "fields", "")).get("kind")).isEqualTo("malformed");
        assertThat(commandResult("dryRun", Map.of()).get("kind")).isEqualTo("malformed");
        assertThat(commandResult("dryRun", Map.of("method", "GET", "target", "/role", "version", "HTTP/1.1", "fields", "Host: a\nConnection: upgrade\nUpgrade: greet/1",
                "user", "<b>ann</b>", "roles", "guest, operator")).get("kind")).isEqualTo("switched");
    }
}
