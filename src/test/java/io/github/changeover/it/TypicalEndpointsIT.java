package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.ContainersEngine;
import io.github.changeover.it.container.DeploymentFailed;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks that a typical application of a user behaves in the same way on the container's own engine and on ours: the same messages get the same responses. */
@OnContainer
@OnPayara7
@ContainersEngine
class TypicalEndpointsIT {
    private static final String OURS = "io.github.changeover.websocket.engine.EndpointContainer";
    private static ContainerUnderTest container;
    private static final List<String> DEPLOYED = new ArrayList<>();

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        deploy("/theirs", application(War.plain("theirs")));
        deploy("/ours", application(War.with("ours").webSocket()));
    }

    private static War application(War war) {
        return container.isGrizzly() ? war.app("typical").app("typical-cdi").file("WEB-INF/beans.xml", InjectionIT.ALL) : war.app("typical");
    }

    private static void deploy(String path, War war) {
        container.deploy(war.build(), path);
        DEPLOYED.add(path);
    }

    @AfterAll
    static void undeploy() {
        DEPLOYED.forEach(container::undeploy);
    }

    private static String page(String context, String path, String... fields) throws IOException {
        return RawHttp.exchange(container, RawHttp.get(context + path, fields)).body();
    }

    private static WebSocketTestClient talk(String context, String path, String subprotocols, String... fields) {
        return WebSocketTestClient.to(container.http(), context + path, subprotocols, fields);
    }

    @Test
    void applicationsRunOnBothEngines() throws IOException {
        assertThat(page("/ours", "/engine")).isEqualTo(OURS);
        assertThat(page("/theirs", "/engine")).isNotEqualTo(OURS);
    }

    @Test
    void annotatedEndpointBehavesTheSame() throws IOException {
        assertSame(context -> {
            List<String> heard = new ArrayList<>();
            try (WebSocketTestClient talk = talk(context, "/orders/ann?table=7&table=8", "xml,words,csv")) {
                heard.add(talk.subprotocol());
                heard.add(talk.nextEvent());
                heard.add(talk.ask("3 apples"));
                heard.add(talk.send("4 ", false).send("pe", false).send("ars", true).nextEvent());
                heard.add(talk.ask("nonsense"));
                heard.addAll(List.of(talk.ask("1 pings"), talk.nextEvent()));
                heard.addAll(List.of(talk.send(new byte[3000]).nextEvent(), talk.nextEvent()));
                heard.add(talk.ping("there?").nextEvent());
                heard.add(talk.close(4001, "enough").nextEvent());
            }
            heard.add(assertClosed(context, "orders%20of%20ann", "4001 enough"));
            return heard;
        }, "words", "text welcome ann, words, table=7&table=8, [7, 8]", "text 6 apples for ann", "text 8 pears for ann", "text wrong: DecodeException",
                "text 2 pings for ann", "text pong of 2", "binary 3000", "text in parts", "pong there?", "close 4001 enough", "4001 enough");
    }

    /**
     * A difference: if an endpoint throws an exception, Tomcat 10.1's engine closes the session with 1002. Tomcat 11's and Tyrus call {@code
     * @OnError} and continue.
     */
    @Test
    void endpointExceptionIsReportedAndTheSessionContinues() {
        for (String context : List.of("/theirs", "/ours")) {
            boolean ends = context.equals("/theirs") && container.name().startsWith("tomcat10");
            try (WebSocketTestClient talk = talk(context, "/orders/ann?table=7", "csv")) {
                assertThat(talk.nextEvent()).startsWith("text welcome ann, csv");
                assertThat(talk.ask("1 troubles")).isEqualTo("text wrong: IllegalStateException");
                if (ends) {
                    assertThat(talk.nextEvent()).as(context).startsWith("close 1002 ");
                } else {
                    assertThat(talk.ask("3 apples")).as(context).isEqualTo("text 6 apples for ann");
                }
            }
        }
    }

    /** A difference: Tyrus adds the parameters of the query to those of the path. */
    @Test
    void tyrusPathParametersIncludeTheQuery() {
        for (String context : List.of("/theirs", "/ours")) {
            boolean tyrus = context.equals("/ours") || container.isGrizzly();
            try (WebSocketTestClient talk = talk(context, "/orders/ann?table=7&customer=bob", "csv")) {
                assertThat(talk.nextEvent()).startsWith("text welcome ann, csv");
                assertThat(talk.ask("1 parameters")).as(context).isEqualTo(tyrus ? "text 1 {customer=ann, table=7}" : "text 1 {customer=ann}");
            }
        }
    }

    @Test
    void programmaticEndpointBehavesTheSame() throws IOException {
        assertSame(context -> {
            List<String> heard = new ArrayList<>();
            try (WebSocketTestClient talk = talk(context, "/adding", "sum")) {
                heard.add(talk.subprotocol());
                heard.add(talk.send(new byte[] {1, 2, 3}).nextEvent());
                heard.add(talk.send(new byte[] {100}, false).send(new byte[] {100}, true).nextEvent());
                heard.add(talk.ask("x".repeat(100)));
                heard.add(talk.ask("close 4002"));
            }
            heard.add(assertClosed(context, "adding", "4002 as told"));
            return heard;
        }, "sum", "text bytes 6", "text bytes 200", "text 100 characters", "close 4002 as told", "4002 as told");
    }

    /** More than the message buffer that the endpoint sets for its session. In one frame, Tyrus needs no buffer for it. */
    @Test
    void tooLongFragmentedMessageIs1009() throws IOException {
        assertSame(context -> {
            try (WebSocketTestClient talk = talk(context, "/adding", "")) {
                return List.of(talk.send("x".repeat(60), false).send("x".repeat(41), true).nextEvent().substring(0, "close 1009".length()));
            }
        }, "close 1009");
    }

    @Test
    void httpSessionIsSharedWithThePages() throws IOException {
        assertSame(context -> {
            List<String> heard = new ArrayList<>();
            String cookie = RawHttp.head(container, RawHttp.get(context + "/visit")).all("Set-Cookie").get(0).split(";")[0];
            page(context, "/visit", "Cookie: " + cookie);
            try (WebSocketTestClient talk = talk(context, "/visits", "", "Cookie", cookie)) {
                heard.add(talk.ask("note remembered"));
            }
            heard.add(page(context, "/visit", "Cookie: " + cookie));
            try (WebSocketTestClient talk = talk(context, "/visits", "")) {
                heard.add(talk.ask("hello"));
            }
            heard.add(RawHttp.head(container, Frames.handshake(context + "/visits", "Cookie: " + cookie)).only("X-Visits"));
            return heard;
        }, "text visit 2 of anybody", "visit 3, note remembered", "text who are you?", "3");
    }

    @Test
    @PayaraOnly
    void injectionBehavesTheSame() throws IOException {
        assertSame(context -> {
            List<String> heard = new ArrayList<>();
            try (WebSocketTestClient talk = talk(context, "/injected/ann", "")) {
                heard.addAll(List.of(talk.ask("hello"), talk.ask("hello"), talk.close(1000, "").nextEvent()));
            }
            try (WebSocketTestClient talk = talk(context, "/injected/ben", "")) {
                heard.add(talk.ask("hello"));
                String book = talk.ask("book");
                for (int i = 0; i < 100 && !book.contains("closed"); i++) book = talk.ask("book");     // the client gets the close before the endpoint records it
                heard.addAll(Stream.of(book.substring("text ".length()).split(", ")).sorted().toList());
            }
            return heard;
        }, "text ann asked 1", "text ann asked 2", "close 1000 ", "text ben asked 1", "closed ann 1000", "made", "made", "opened ann", "opened ben");
    }

    /** Tomcat's engine finds Tyrus' own configuration class in the application, considers it one of the application, and cannot instantiate it. */
    @Test
    @TomcatOnly
    void withoutTheSettingTomcatFailsAndTheLogNamesTyrus() {
        War war = application(War.with("unset").webSocketLibraries());
        try {
            assertThatThrownBy(() -> container.deploy(war.build(), "/unset")).isInstanceOf(DeploymentFailed.class);
            assertThat(container.log()).contains("org.apache.tomcat.websocket.server.WsSci.onStartup", "NoSuchMethodException: org.glassfish.tyrus.server.TyrusServerConfiguration.<init>()");
        } finally {
            container.undeploy("/unset");
        }
    }

    /** Without Tyrus, the engine of Tomcat serves, and the log names the missing dependency. */
    @Test
    void withoutTyrusTheContainerEngineServesAndTheLogSaysWhy() throws Exception {
        deploy("/alone", application(War.with("alone").webSocketApi()));
        String engine = page("/alone", "/engine");
        if (container.isTomcat()) {
            assertThat(engine).isEqualTo("org.apache.tomcat.websocket.server.WsServerContainer");
            assertThat(RawHttp.isLogged(container, "add a dependency on io.github.changeover:changeover-websocket")).isTrue();
        } else {
            assertThat(engine).as("Payara has a Tyrus").isEqualTo(OURS);
        }
        try (WebSocketTestClient talk = talk("/alone", "/orders/ann?table=1", "csv")) {
            assertThat(talk.nextEvent()).startsWith("text welcome ann, csv");
            assertThat(talk.ask("3 apples")).isEqualTo("text 6 apples for ann");
        }
    }

    /** What an endpoint has recorded about its end. Repeats the request, because the end of another connection may have been recorded before. */
    private static String assertClosed(String context, String what, String expected) throws IOException {
        String end;
        long begun = System.nanoTime();
        do end = page(context, "/ended?what=" + what);
        while (!end.equals(expected) && System.nanoTime() - begun < 10_000_000_000L);
        return end;
    }

    private interface ConversationScript {
        List<String> run(String context) throws IOException;
    }

    private static void assertSame(ConversationScript conversation, String... expected) throws IOException {
        List<String> theirs = conversation.run("/theirs");
        assertThat(conversation.run("/ours")).as("as on the container's engine").isEqualTo(theirs);
        assertThat(theirs).isEqualTo(Arrays.asList(expected));
    }
}
