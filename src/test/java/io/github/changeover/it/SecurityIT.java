package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnGlassFish7;
import io.github.changeover.it.container.OnWildFly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that a user without access to a page cannot upgrade there: by the security of the container, and by roles in our own rules. */
@OnContainer
@OnGlassFish7
@OnWildFly
class SecurityIT {
    static final String LOGIN = """
            <security-constraint>
              <web-resource-collection><web-resource-name>secret</web-resource-name><url-pattern>/secret/*</url-pattern></web-resource-collection>
              <auth-constraint><role-name>member</role-name></auth-constraint>
            </security-constraint>
            <login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config>
            <security-role><role-name>member</role-name></security-role>""";
    /** Payara's mapping of the role to a group of its realm. */
    static final String ROLES = "<glassfish-web-app><security-role-mapping><role-name>" + Logins.ROLE + "</role-name><group-name>" + Logins.ROLE
            + "</group-name></security-role-mapping></glassfish-web-app>";
    private static boolean requestsLogin;
    private static ApplicationClient secured;
    private static ApplicationClient open;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("secured").library("guards").webXml(FiltersIT.webXml(container) + LOGIN).file("WEB-INF/glassfish-web.xml", ROLES)
                .set("changeover.path./page/configured.roles", Logins.ROLE).build(), "/secured");
        container.deploy(War.with("open").library("guards").webXml(FiltersIT.webXml(container)).build(), "/open");
        requestsLogin = ContainerDifferences.requestsLogin(container);
        secured = ApplicationClient.of(container, "/secured");
        open = ApplicationClient.of(container, "/open");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/secured");
        container.undeploy("/open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/secret/constraint", "/page/annotated", "/page/configured"})
    @Covers("RFC9110-11.6-01")
    void missingCredentialsAreRequested(String path) throws IOException {
        try (Wire wire = secured.offer(path + "?key=asks" + path, "greeting")) {
            Head head = wire.readHead();
            if (requestsLogin || path.equals("/secret/constraint")) {
                assertThat(head.status()).isEqualTo(401);
                assertThat(head.only("WWW-Authenticate")).startsWith("Basic");
            } else {
                assertThat(head.status()).isEqualTo(403);
            }
            assertThat(head.has("Upgrade")).isFalse();
        }
        assertThat(secured.page("/seen?of=asks" + path)).doesNotContain("handler");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/secret/constraint", "/page/annotated", "/page/configured"})
    @Covers("RFC9110-11.6-01")
    void missingRoleIsForbidden(String path) throws IOException {
        try (Wire wire = secured.offer(path + "?key=forbids" + path, "greeting", Logins.basic(Logins.GUEST))) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
        assertThat(secured.page("/seen?of=forbids" + path)).doesNotContain("handler");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/secret/constraint", "/page/annotated", "/page/configured"})
    @Covers("RFC9110-11.6-01")
    void memberIsSwitchedAndKnownToTheHandler(String path) throws IOException {
        try (Wire wire = secured.offer(path, "greeting", Logins.basic(Logins.MEMBER))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo(path.startsWith("/secret") ? "joe []\n" : "joe [member]\n");
        }
    }

    @Test
    void wrongCredentialsAreRequestedAgain() throws IOException {
        try (Wire wire = secured.offer("/page/annotated", "greeting", Logins.basic("nobody"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(401);
            assertThat(head.only("WWW-Authenticate")).startsWith("Basic");
        }
    }

    @Test
    @Covers("RFC9110-11.6-01")
    void roleWithoutALoginIsForbidden(ContainerUnderTest container) throws IOException {
        try (Wire wire = open.offer("/page/annotated", "greeting")) {
            Head head = wire.readHead();
            if (container.isGrizzly()) {
                // Payara requests a login for its default realm, although the application has none.
                assertThat(head.status()).isEqualTo(401);
                assertThat(head.only("WWW-Authenticate")).isEqualTo("Basic realm=\"\"");
            } else {
                assertThat(head.status()).isEqualTo(403);
                assertThat(wire.readBodyText(head)).contains("login-config");
            }
        }
    }
}
