package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who calls, in every callback of an endpoint: on Payara, and on Tomcat with Weld in the application. */
@OnContainer
@OnPayara7
@OnceOnTomcat
class IdentityIT {
    private static final String AT = "/identity";
    private static final List<String> PLACES = List.of("@OnClose", "@OnError", "@OnMessage", "@OnOpen", "SendHandler");
    private static final String LOGIN = "<security-constraint><web-resource-collection><web-resource-name>who</web-resource-name><url-pattern>/who</url-pattern>"
            + "</web-resource-collection><auth-constraint><role-name>**</role-name></auth-constraint></security-constraint>"
            + "<login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config><security-role><role-name>member</role-name></security-role>";

    @Test
    @DisplayName("Beans of the request's scope, the caller and the session's user in every callback, for two users at a time")
    void everyCallbackKnowsWhoCalls(ContainerUnderTest container) throws IOException {
        War war = War.with("identity").app("identity").webSocket().webXml(LOGIN).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).file("WEB-INF/beans.xml", InjectionIT.ALL);
        container.deploy((container.isTomcat() ? war.weld() : war).build(), AT);
        try {
            try (Wire joe = endpoint(container, Logins.MEMBER); Wire ann = endpoint(container, Logins.GUEST)) {
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
            List<String> expected = PLACES.stream().flatMap(place -> Stream.of(Logins.GUEST, Logins.MEMBER).map(user -> place + " of " + user + ": " + found(container, user))).toList();
            String all = Asking.of(container, AT).pageOnce(page -> page.lines().toList().equals(expected), Duration.ofSeconds(10), "/found");
            assertThat(all.lines().toList()).containsExactlyElementsOf(expected);
        } finally {
            container.undeploy(AT);
        }
    }

    /** Weld alone knows no security. There is no HTTP request in a callback: that one is injected fails on both. */
    private static String found(ContainerUnderTest container, String user) {
        return container.isPayara() ? "{bean=ok, principal=" + user + ", request=fails, role=" + user + " " + user.equals(Logins.MEMBER) + "}"
                : "{bean=ok, principal=fails, request=fails, role=fails}";
    }

    private static Wire endpoint(ContainerUnderTest container, String user) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + "/who", Logins.basic(user)));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }
}
