package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import io.github.changeover.websocket.HandshakeTable;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks {@code ServerContainer.upgradeHttpToWebSocket}: the application requests the upgrade itself, while it handles the request. */
@OnContainer
@OnPayara7
@LongRunning
class FrontControllerIT {
    private static final String AT = "/front";
    private static final String ERROR_PAGE = "<error-page><error-code>410</error-code><location>/chat</location></error-page>";
    private static ContainerUnderTest container;
    private static URI server;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        server = container.http();
        container.deploy(War.with("front").webSocket().app("front").webXml(SecurityIT.LOGIN + ERROR_PAGE).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES)
                .set("changeover.path./rooms/members.roles", Logins.ROLE).set("changeover.path./rooms/members.websocket.origin-required", "true")
                .set("changeover.metrics.path", "/metrics").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @Test
    void endpointCreatedForTheRequestGetsTheConnection() {
        try (WebSocketTestClient ann = WebSocketTestClient.to(server, AT + "/rooms/blue%20room", "chat", "X-Name", "ann"); WebSocketTestClient ben = WebSocketTestClient.to(server, AT + "/rooms/red", "", "X-Name", "ben")) {
            assertThat(ann.subprotocol()).isEqualTo("chat");
            assertThat(ann.nextEvent()).isEqualTo("text hello ann in blue room, blue room, " + AT + "/rooms/blue%20room, chat");
            assertThat(ben.nextEvent()).isEqualTo("text hello ben in red, red, " + AT + "/rooms/red, ");
            assertThat(ann.ask("one")).isEqualTo("text ann: one");
            assertThat(ben.ask("two")).isEqualTo("text ben: two");
            assertThat(ann.close(1000, "").nextEvent()).isEqualTo("close 1000 ");
            assertThat(ben.ask("three")).isEqualTo("text ben: three");
        }
    }

    @Test
    void response101HasTheHandshakeAndTheCookieOfTheApplication() throws IOException {
        try (Wire wire = Wire.connect(server).send(Frames.handshake(AT + "/rooms/red", "Sec-WebSocket-Extensions: permessage-deflate"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("websocket");
            assertThat(head.only("Connection")).isEqualTo("Upgrade");
            assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(head.only("Sec-WebSocket-Extensions")).startsWith("permessage-deflate");
            assertThat(head.only("Set-Cookie")).startsWith("seen=yes");
            assertThat(head.all("Content-Length")).isEmpty();
        }
    }

    @ParameterizedTest
    @DisplayName("An upgrade that a servlet requests after a forward succeeds like any other")
    @ValueSource(strings = {"forward", "twice", "wrapped", "draft"})
    void forwardedServletMayUpgrade(String way) throws IOException {
        int log = container.log().length();
        try (Wire wire = Wire.connect(server).send(Frames.handshake(AT + "/turn/" + way, "X-Name: ann", "Sec-WebSocket-Protocol: chat"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("websocket");
            assertThat(head.only("Connection")).isEqualTo("Upgrade");
            assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(head.only("Sec-WebSocket-Protocol")).isEqualTo("chat");
            assertThat(head.only("Set-Cookie")).startsWith("seen=yes");
            assertThat(head.all("Content-Length")).isEmpty();
            assertThat(Frames.read(wire).toString()).startsWith("81 hello ann in red, red, " + AT + "/");
        }
        assertThat(container.log().substring(log)).doesNotContain("stays HTTP", "SEVERE");
    }

    @Test
    void namedDispatchMayUpgrade() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/turn/named", "chat")) {
            assertThat(talk.subprotocol()).isEqualTo("chat");
            assertThat(talk.close(1000, "").nextEvent()).isEqualTo("close 1000 ");
        }
    }

    @Test
    void rejectionAfterAForwardIsComplete() throws IOException {
        RawHttp.RawResponse refused = RawHttp.exchange(container, Frames.handshake(AT + "/turn/forward", "Origin: http://evil.example"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).contains("http://evil.example");
        assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/turn/members")).status()).as("the role of the path that was forwarded to").isEqualTo(401);
        assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/turn/members", Logins.basic(Logins.MEMBER))).body()).contains("Origin");
        assertThat(RawHttp.exchange(container, RawHttp.get(AT + "/turn/content")).body()).contains("its Upgrade field does not list websocket");
    }

    @ParameterizedTest
    @DisplayName("If no switch is possible, the application gets the reason")
    @CsvSource(delimiter = '|', value = {"include | 200 | it is included by RequestDispatcher.include", "async | 200 | its asynchronous processing has started", "error | 410 | its response is an error"})
    void impossibleUpgradeThrowsWithTheReason(String way, int status, String why) throws IOException {
        RawHttp.RawResponse answer = RawHttp.exchange(container, Frames.handshake(AT + "/turn/" + way));
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.body()).startsWith("This request cannot be upgraded to WebSocket: " + why);
    }

    static Stream<HandshakeRow> rows() {
        return HandshakeTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @DisplayName("W6: the handshake table is answered as through the filters")
    void handshakeTableRowIsAnsweredAsListed(HandshakeRow row) throws IOException {
        new HandshakeCheck(container, AT, true).check(row);
    }

    @ParameterizedTest
    @DisplayName("W6: a rejection is a response, and no exception that a client can cause")
    @CsvSource(delimiter = '|', value = {
        "Sec-WebSocket-Version: 13   | GET  | HTTP/1.1 | Upgrade | 400 | Sec-WebSocket-Key",
        "Sec-WebSocket-Version: 8    | GET  | HTTP/1.1 | Upgrade | 426 | Sec-WebSocket-Version",
        "Origin: http://evil.example | GET  | HTTP/1.1 | Upgrade | 403 | changeover.websocket.origins",
        "X: y                        | GET  | HTTP/1.0 | Upgrade | 505 | the request is not HTTP/1.1",
        "X: y                        | GET  | HTTP/1.1 | close   | 400 | Connection does not list upgrade",
        "Content-Length: 0           | POST | HTTP/1.1 | Upgrade | 405 | its method is not GET"})
    void rejectionIsAResponseAndNoException(String field, String method, String version, String connection, int status, String reason) throws IOException {
        int log = container.log().length();
        boolean keyed = status != 400 || !connection.equals("Upgrade");
        String request = method + " " + AT + "/chat " + version + "\r\nHost: localhost\r\nConnection: " + connection + "\r\nUpgrade: websocket\r\n" + field + "\r\n"
                + (keyed ? "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" : "") + (field.contains("Version") ? "" : "Sec-WebSocket-Version: 13\r\n") + "\r\n";
        RawHttp.RawResponse answer = RawHttp.exchange(container, request);
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.body()).contains(reason);
        assertThat(answer.head().only("Content-Type")).isEqualTo("text/plain;charset=utf-8");
        if (status == 426) assertThat(answer.head().only("Sec-WebSocket-Version")).isEqualTo("13");
        if (status == 405) assertThat(answer.head().only("Allow")).isEqualTo("GET");
        assertThat(container.log().substring(log)).doesNotContain("SEVERE", "Exception");
    }

    @Test
    void missingOfferIsReportedToTheApplication() throws IOException {
        assertThat(RawHttp.exchange(container, RawHttp.get(AT + "/rooms/red")).body()).contains("its Upgrade field does not list websocket");
        assertThat(RawHttp.exchange(container, RawHttp.upgrade(AT + "/rooms/red", "nothing")).status()).isEqualTo(409);
    }

    private static long metric(String name) throws IOException {
        return RawHttp.exchange(container, RawHttp.get(AT + "/metrics")).body().lines().filter(line -> line.startsWith(name + " ")).mapToLong(line -> Long.parseLong(line.split(" ")[1])).sum();
    }

    @Test
    @DisplayName("W18: an upgrade that the application requests is one decision, of its own protocol")
    void programmaticUpgradeIsOneDecision() throws IOException {
        String switched = "changeover_decisions_total{outcome=\"switched\",reason=\"agreed\"}", ignored = "changeover_decisions_total{outcome=\"ignored\",reason=\"no_rule\"}";
        String refused = "changeover_decisions_total{outcome=\"refused\",reason=\"refused\"}", websocket = "changeover_opened_total{protocol=\"websocket\"}";
        long switchedBefore = metric(switched), ignoredBefore = metric(ignored), refusedBefore = metric(refused), openedBefore = metric(websocket);
        try (WebSocketTestClient ann = WebSocketTestClient.to(server, AT + "/rooms/red", "", "X-Name", "ann")) {
            assertThat(ann.nextEvent()).startsWith("text hello ann");
            assertThat(metric("changeover_connections{protocol=\"websocket\"}")).isPositive();
        }
        assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/rooms/red", "Origin: http://evil.example")).status()).isEqualTo(403);
        assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/nowhere")).status()).isEqualTo(404);
        assertThat(List.of(metric(switched) - switchedBefore, metric(refused) - refusedBefore, metric(ignored) - ignoredBefore, metric(websocket) - openedBefore))
                .as("switched, refused, ignored, opened").containsExactly(1L, 1L, 1L, 1L);
        assertThat(metric("changeover_opened_total{protocol=\"other\"}")).isZero();
    }

    @Test
    @DisplayName("W1: the roles and the limit of a path setting apply to a programmatic upgrade on this path")
    void rolesAndLimitOfThePathApply() throws IOException {
        container.deploy(War.with("front-roles").webSocket().app("front").set("changeover.path./rooms/*.roles", "member").set("changeover.path./chat.connections.max", "1").build(), "/roles");
        try (WebSocketTestClient chat = WebSocketTestClient.to(server, "/roles/chat")) {
            assertThat(RawHttp.exchange(container, Frames.handshake("/roles/rooms/red")).status()).isEqualTo(ContainerDifferences.statusWithoutLogin(container));
            RawHttp.RawResponse full = RawHttp.exchange(container, Frames.handshake("/roles/chat"));
            assertThat(full.status()).isEqualTo(503);
            assertThat(full.body()).contains("changeover.path./chat.connections.max");
        } finally {
            container.undeploy("/roles");
        }
    }

    @Test
    @DisplayName("W1: a member is accepted by the role of the path setting, and the origins of the setting apply to every spelling of the path")
    void userWithTheRoleOfThePathIsAccepted() throws IOException {
        String members = AT + "/rooms/members", origin = "Origin: http://localhost", joe = Logins.basic(Logins.MEMBER);
        assertThat(RawHttp.exchange(container, Frames.handshake(members, origin)).status()).isEqualTo(401);
        assertThat(RawHttp.exchange(container, Frames.handshake(members, origin, Logins.basic(Logins.GUEST))).status()).isEqualTo(403);
        for (String spelling : List.of(members, members + "/")) {
            RawHttp.RawResponse refused = RawHttp.exchange(container, Frames.handshake(spelling, joe));
            assertThat(refused.status()).as(spelling).isEqualTo(403);
            assertThat(refused.body()).contains("Origin");
        }
        try (Wire wire = Wire.connect(server).send(Frames.handshake(members, origin, joe))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(Frames.read(wire).toString()).startsWith("81 hello null in members");
        }
    }

    @Test
    @TomcatOnly
    @DisplayName("Two applications with the engine side by side, and one after another on the same path")
    void applicationsWithTheEngineAreIndependent() throws IOException {
        Path war = War.with("front-beside").webSocket().app("front").build();
        try (WebSocketTestClient ann = WebSocketTestClient.to(server, AT + "/rooms/red", "", "X-Name", "ann")) {
            assertThat(ann.nextEvent()).startsWith("text hello ann in red");
            for (String name : List.of("ben", "cem")) {
                container.deploy(war, "/beside");
                try (WebSocketTestClient other = WebSocketTestClient.to(server, "/beside/rooms/red", "", "X-Name", name)) {
                    assertThat(other.nextEvent()).startsWith("text hello " + name + " in red, red, /beside/rooms/red");
                    assertThat(List.of(other.ask("one"), ann.ask("two"))).containsExactly("text " + name + ": one", "text ann: two");
                    container.undeploy("/beside");
                    assertThat(other.nextEvent()).isEqualTo("close 1001 The server is closing the connection.");
                }
                assertThat(RawHttp.exchange(container, Frames.handshake("/beside/rooms/red")).status()).isEqualTo(404);
                assertThat(ann.ask("three")).isEqualTo("text ann: three");
            }
        }
        try (WebSocketTestClient dee = WebSocketTestClient.to(server, AT + "/rooms/red", "", "X-Name", "dee")) {
            assertThat(dee.nextEvent()).as("a new one").startsWith("text hello dee in red");
        }
    }

    @Test
    void limitsApplyAndAreAnsweredByUs() throws IOException {
        container.deploy(War.with("front-narrow").webSocket().app("front").set("changeover.connections.max", "1").build(), "/narrow");
        try (WebSocketTestClient ann = WebSocketTestClient.to(server, "/narrow/rooms/red", "", "X-Name", "ann")) {
            assertThat(ann.nextEvent()).startsWith("text hello ann");
            Head refused = RawHttp.head(container, Frames.handshake("/narrow/rooms/red"));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.only("Retry-After")).isEqualTo("5");
        } finally {
            container.undeploy("/narrow");
        }
    }
}
