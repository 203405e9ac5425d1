package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@OnContainer
@DisplayName("W1: endpoints that the application adds while it starts, and later")
class LateEndpointsIT {
    private static final String AT = "/starting";

    private static Path war(int most) {
        return War.with("starting").webSocket().library("starting").webXml(SecurityIT.LOGIN).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES)
                .set("changeover.path./members.roles", Logins.ROLE).set("changeover.path./by-init/{y}.protocols", "websocket").set("changeover.path./by-request.protocols", "websocket")
                .set("changeover.path./by-init/{x}.connections.max", Integer.toString(most)).set("changeover.path./nobody.roles", "member").build();
    }

    private static String firstMessage(ContainerUnderTest container, String path) {
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.http(), AT + path)) {
            return talk.nextEvent();
        }
    }

    @Test
    void endpointsAddedBeforeTheFirstHandshakeAreServed(ContainerUnderTest container) throws Exception {
        int log = container.log().length();
        container.deploy(war(1), AT);
        try {
            ApplicationClient asking = ApplicationClient.of(container, AT);
            assertThat(container.log().substring(log)).contains(AT + "/by-listener offers websocket", AT + "/by-init/{name} offers websocket", AT + "/thread-7 offers websocket",
                    AT + "/members offers websocket in the client's order, for [member]");
            assertThat(asking.page("/lazy")).isEqualTo("done");
            assertThat(asking.page("/lazy/by-page")).isEqualTo("done");
            assertThat(asking.page("/lazy/by-page")).startsWith("DeploymentException: ");
            assertThat(RawHttp.isLogged(container, "After the start: " + AT + "/by-request offers websocket")).isTrue();

            assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/members")).status()).as("the setting of a late path applies").isEqualTo(401);
            assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/members", Logins.basic(Logins.GUEST))).status()).isEqualTo(403);
            try (Wire joe = Wire.connect(container.http()).send(Frames.handshake(AT + "/members", Logins.basic(Logins.MEMBER)))) {
                assertThat(joe.readHead().status()).isEqualTo(101);
                assertThat(Frames.read(joe)).hasToString("81 /members");
            }
            for (String path : List.of("/by-listener", "/by-request", "/by-page", "/thread-0", "/thread-7")) assertThat(firstMessage(container, path)).isEqualTo("text " + path);
            try (WebSocketTestClient one = WebSocketTestClient.to(container.http(), AT + "/by-init/me")) {
                assertThat(one.nextEvent()).isEqualTo("text /by-init/{name}");
                RawHttp.RawResponse full = RawHttp.exchange(container, Frames.handshake(AT + "/by-init/you"));
                assertThat(full.status()).isEqualTo(503);
                assertThat(full.body()).contains("changeover.path./by-init/");
            }
            assertThat(asking.page("/lazy/too-late")).startsWith("IllegalStateException: Upgrade rules cannot be changed after the first upgrade request, GET /members at 20");
            assertThat(RawHttp.exchange(container, Frames.handshake(AT + "/too-late")).status()).isEqualTo(404);
            assertThat(container.log().substring(log).lines().filter(line -> line.contains("no protocol is offered on [/nobody]"))).hasSize(1);
        } finally {
            container.undeploy(AT);
        }
    }

    /** The different responses that a client gets, in order. Before the application exists, the container responds. */
    private static List<String> statusesSeenBy(ContainerUnderTest container, AtomicBoolean over) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        while (!over.get() && !seen.contains("101")) {
            try (Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + "/by-init/" + Thread.currentThread().getId()))) {
                Head head = wire.readHead();
                String answer = head.status() + (head.only("Retry-After") == null ? "" : " later");
                if (seen.isEmpty() || !seen.get(seen.size() - 1).equals(answer)) seen.add(answer);
            } catch (IOException | AssertionError failure) {
                seen.add(failure.getClass().getSimpleName());
            }
            Thread.sleep(20);     // meanwhile the server starts, on the same processors
        }
        return seen;
    }

    @Test
    void clientsDuringTheStartAreUpgradedOrGet503(ContainerUnderTest container) throws InterruptedException, ExecutionException, TimeoutException {
        AtomicBoolean over = new AtomicBoolean();
        List<FutureTask<List<String>>> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) clients.add(new FutureTask<>(() -> statusesSeenBy(container, over)));
        clients.forEach(client -> new Thread(client, "client").start());
        try {
            container.deploy(war(100), AT);
            for (FutureTask<List<String>> client : clients) {
                List<String> seen = client.get(60, TimeUnit.SECONDS);
                int ours = seen.indexOf("101");
                while (ours > 0 && seen.get(ours - 1).equals("503 later")) ours--;
                assertThat(seen).last().isEqualTo("101");
                assertThat(seen.subList(0, ours)).as("answers of the container, which has no such application yet").doesNotContain("503 later", "101", "500");
            }
            assertThat(firstMessage(container, "/thread-3")).as("added while clients asked for others").isEqualTo("text /thread-3");
        } finally {
            over.set(true);
            container.undeploy(AT);
        }
    }
}
