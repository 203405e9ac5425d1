package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks the console behind a proxy on the server's machine that adds no header fields. The client is at another address, 127.0.0.2. */
@OnContainer
@OnceOnTomcat
class ConsoleThroughProxyIT {
    private static final String CONTEXT = "/through";
    private static ContainerUnderTest server;
    private static TransparentProxy proxy;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws IOException {
        server = container;
        container.deploy(War.with("through").app("foreign").set("changeover.console", "true").build(), CONTEXT);
        proxy = TransparentProxy.to(container.http());
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) throws IOException {
        proxy.close();
        container.undeploy(CONTEXT);
    }

    private static Wire client() throws IOException {
        return Wire.connectFrom("127.0.0.2", proxy.http());
    }

    private static RawHttp.RawResponse send(Message message) throws IOException {
        try (Wire wire = client().send(message)) {
            return RawHttp.readResponse(wire);
        }
    }

    @Test
    @DisplayName("S2: through a proxy that adds nothing, requests without the token are rejected")
    void proxiedRequestsWithoutTheTokenAreRejected() throws IOException {
        for (String path : new String[] {"/console/", "/console/console.js", "/console/api/about", "/console/api/state"}) {
            RawHttp.RawResponse answer = send(Message.of("GET " + CONTEXT + path));
            assertThat(answer.status()).as(answer.body()).isEqualTo(403);
            assertThat(answer.body()).contains("log").doesNotContain("token\":");
        }
        Message order = Message.of("POST " + CONTEXT + "/console/api/drain", "X-Changeover-Token: " + "0".repeat(48)).content(new byte[0], Message.Framing.LENGTH);
        assertThat(send(order).status()).isEqualTo(403);
        try (Wire wire = client().send(Frames.handshake(CONTEXT + "/console/live", "Origin: http://localhost"))) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
        try (Wire wire = client().send(Message.of("GET " + CONTEXT + "/mirror", "Connection: Upgrade", "Upgrade: mirror"))) {
            assertThat(wire.readHead().status()).as("the proxy passes everything on").isEqualTo(101);
        }
    }

    @Test
    @DisplayName("S2: the token identifies the operator: such a proxy cannot be distinguished from a browser on this machine")
    void proxiedRequestWithTheTokenIsAllowed() throws IOException {
        String token = ConsoleLogin.token(server, CONTEXT);
        try (Wire wire = client().send(Message.of("GET " + CONTEXT + "/console/?token=" + token))) {
            var head = wire.readHead();
            assertThat(head.status()).isEqualTo(302);
            String cookie = "Cookie: " + head.only("Set-Cookie").split(";")[0];
            assertThat(send(Message.of("GET " + CONTEXT + "/console/", cookie)).status()).isEqualTo(200);
        }
        assertThat(send(Message.of("GET " + CONTEXT + "/console/?token=" + token, "X-Forwarded-For: 127.0.0.2")).status()).as("a proxy that identifies itself is rejected").isEqualTo(403);
    }
}
