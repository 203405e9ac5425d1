package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the identity of the caller in every callback of an endpoint: on Payara, and on Tomcat with Weld in the application. */
@OnContainer
@OnPayara7
@OnceOnTomcat
class IdentityIT {
    private static final String AT = "/identity";
    private static final List<String> PLACES = List.of("@OnClose", "@OnError", "@OnMessage", "@OnOpen", "SendHandler");
    private static final String LOGIN = "<security-constraint><web-resource-collection><web-resource-name>who</web-resource-name><url-pattern>/who</url-pattern><url-pattern>/caller</url-pattern>"
            + "</web-resource-collection><auth-constraint><role-name>**</role-name></auth-constraint></security-constraint>"
            + "<login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config><security-role><role-name>member</role-name></security-role>";

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        War war = War.with("identity").app("identity").webSocket().webXml(LOGIN).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).file("WEB-INF/beans.xml", InjectionIT.ALL);
        container.deploy((container.isTomcat() ? war.weld() : war.app("identity-payara")).build(), AT);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(AT);
    }

    @Test
    @DisplayName("Request scoped beans, the caller and the user of the session are available in every callback, for two concurrent users")
    void everyCallbackHasTheCallersIdentity(ContainerUnderTest container) throws IOException {
        try (Wire joe = endpoint(container, "/who", Logins.MEMBER); Wire ann = endpoint(container, "/who", Logins.GUEST)) {
            for (int i = 0; i < 20; i++) {
                for (Wire wire : List.of(joe, ann)) {
                    wire.send(Frames.text("hello"));
                    assertThat(Frames.read(wire)).hasToString("81 said hello");
                }
            }
            for (Wire wire : List.of(joe, ann)) {
                wire.send(Frames.text("fail"));
                assertThat(Frames.read(wire)).hasToString("81 failed");
                wire.send(Frames.close(1000, "")).readToEnd();
            }
        }
        List<String> expected = PLACES.stream().flatMap(place -> Stream.of(Logins.GUEST, Logins.MEMBER).map(user -> place + " of " + user + ": " + readIdentity(container, user))).toList();
        String all = ApplicationClient.of(container, AT).pageOnce(page -> page.lines().toList().equals(expected), Duration.ofSeconds(10), "/found");
        assertThat(all.lines().toList()).containsExactlyElementsOf(expected);
    }

    /** Weld alone has no such bean. */
    @Test
    @PayaraOnly
    @DisplayName("@Inject Principal as a field of an endpoint is the caller of this connection, in every callback")
    void principalIsInjected(ContainerUnderTest container) throws IOException {
        try (Wire joe = endpoint(container, "/caller", Logins.MEMBER); Wire ann = endpoint(container, "/caller", Logins.GUEST)) {
            assertThat(Frames.read(joe)).hasToString("81 opened for joe");
            assertThat(Frames.read(ann)).hasToString("81 opened for ann");
            for (int i = 0; i < 5; i++) {
                assertThat(Frames.read(joe.send(Frames.text("who")))).hasToString("81 joe");
                assertThat(Frames.read(ann.send(Frames.text("who")))).hasToString("81 ann");
            }
        }
    }

    @Test
    @DisplayName("A WebSocketListener may be a bean with injected beans of the application")
    void listenerMayBeABean(ContainerUnderTest container) throws IOException {
        try (Wire joe = endpoint(container, "/who?observed=yes", Logins.MEMBER)) {
            assertThat(Frames.read(joe.send(Frames.text("hello")))).hasToString("81 said hello");
            joe.send(Frames.close(1000, "bye")).readToEnd();
        }
        String observed = ApplicationClient.of(container, AT).pageOnce(page -> page.contains("closed"), Duration.ofSeconds(10), "/observed");
        assertThat(observed.lines()).containsExactly("opened /who of joe", "in 5", "out 10", "closed 1000 bye");
    }

    /** Weld alone has no security. A callback has no HTTP request, so an injected one fails on all containers. On GlassFish, the caller of the SecurityContext is nobody. */
    private static String readIdentity(ContainerUnderTest container, String user) {
        return container.isGrizzly() ? "{bean=ok, principal=" + user + ", request=fails, role=" + (container.isGlassFish() ? "nobody" : user) + " " + user.equals(Logins.MEMBER) + "}"
                : "{bean=ok, principal=fails, request=fails, role=fails}";
    }

    private static Wire endpoint(ContainerUnderTest container, String path, String user) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + path, Logins.basic(user)));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }
}
