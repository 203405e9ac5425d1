package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks the request as the handler sees it long after the switch, when the objects of the container serve other requests. */
@OnContainer
class RequestSnapshotIT {
    private static ApplicationClient facts;
    private static ApplicationClient secure;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("facts").app("facts").webXml(SecurityIT.LOGIN.replace("/secret/*", "/facts/secret/*"))
                .file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).build(), "/facts");
        facts = ApplicationClient.of(container, "/facts");
        secure = new ApplicationClient(container.https(), "/facts");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/facts");
    }

    /** Gets the facts from the handler, after other requests have reused the objects of the container. */
    private static Map<String, String> factsAfterOtherRequests(Wire wire) throws IOException {
        for (int i = 0; i < 50; i++) facts.status("/other/" + i + "?not=this");
        wire.send("?");
        Map<String, String> said = new LinkedHashMap<>();
        for (String line = wire.readLine(); !line.equals("end\n"); line = wire.readLine()) {
            String[] pair = line.stripTrailing().split(" ", 2);
            said.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        return said;
    }

    @Test
    void requestStaysValidAfterTheSwitch() throws IOException {
        try (Wire wire = facts.offer("/facts/t%C3%A9a%20room/a/b?x=%20y&z", "other, facts", "X-One: 1", "X-One: 2")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(factsAfterOtherRequests(wire)).containsEntry("method", "GET").containsEntry("path", "/facts/t\u00c3\u00a9a room/a/b").containsEntry("query", "x=%20y&z")
                    .containsEntry("context", "/facts").containsEntry("protocol", "HTTP/1.1").containsEntry("scheme", "http")
                    .containsEntry("x-one", "[1, 2]").containsEntry("room", "t\u00c3\u00a9a room").containsEntry("rest", "a/b")
                    .containsEntry("remote", "127.0.0.1 " + wire.localPort()).containsEntry("local", "127.0.0.1 " + facts.server().getPort())
                    .containsEntry("principal", "none").containsEntry("session", "none").containsEntry("tls", "none")
                    .containsEntry("secure", "false").containsEntry("token", "facts");
        }
    }

    @Test
    void userStaysKnown() throws IOException {
        try (Wire wire = facts.offer("/facts/secret/a", "facts", Logins.basic(Logins.MEMBER))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(factsAfterOtherRequests(wire)).containsEntry("principal", Logins.MEMBER);
        }
    }

    @Test
    void sessionStartedByAFilterIsKnown() throws IOException {
        try (Wire wire = facts.offer("/facts/session/a", "facts")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            String session = factsAfterOtherRequests(wire).get("session");
            assertThat(session).isNotEqualTo("none");
            assertThat(head.only("Set-Cookie")).contains("JSESSIONID=" + session);
        }
    }

    @Test
    void tlsPropertiesStayKnown() throws IOException {
        try (Wire wire = secure.offer("/facts/tls/a", "facts")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(factsAfterOtherRequests(wire)).containsEntry("scheme", "https").containsEntry("secure", "true").containsEntry("local", "127.0.0.1 " + secure.server().getPort())
                    .hasEntrySatisfying("tls", tls -> assertThat(tls).matches("(TLSv1\\.[23])? TLS_[A-Z0-9_]+ 0"));
        }
    }
}
