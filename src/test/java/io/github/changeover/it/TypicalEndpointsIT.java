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

/** A user's application as it is, on the container's own engine and on ours: the same conversation, the same words. */
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
        return container.isPayara() ? war.app("typical").app("typical-cdi").file("WEB-INF/beans.xml", InjectionIT.ALL) : war.app("typical");
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
        return Ask.once(container, Ask.get(context + path, fields)).body();
    }

    private static Talk talk(String context, String path, String subprotocols, String... fields) {
        return Talk.to(container.http(), context + path, subprotocols, fields);
    }

    @Test
    void oneIsOnTheContainersEngineAndOneOnOurs() throws IOException {
        assertThat(page("/ours", "/engine")).isEqualTo(OURS);
        assertThat(page("/theirs", "/engine")).isNotEqualTo(OURS);
    }

    @Test
    void anAnnotatedEndpointWithEncodersDecodersAndPathParameters() throws IOException {
        same(context -> {
            List<String> heard = new ArrayList<>();
            try (Talk talk = talk(context, "/orders/ann?table=7&table=8", "xml,words,csv")) {
                heard.add(talk.subprotocol());
                heard.add(talk.next());
                heard.add(talk.ask("3 apples"));
                heard.add(talk.say("4 ", false).say("pe", false).say("ars", true).next());
                heard.add(talk.ask("nonsense"));
                heard.addAll(List.of(talk.ask("1 pings"), talk.next()));
                heard.addAll(List.of(talk.say(new byte[3000]).next(), talk.next()));
                heard.add(talk.ping("there?").next());
                heard.add(talk.goodbye(4001, "enough").next());
            }
            heard.add(ended(context, "orders%20of%20ann", "4001 enough"));
            return heard;
        }, "words", "text welcome ann, words, table=7&table=8, [7, 8]", "text 6 apples for ann", "text 8 pears for ann", "text wrong: DecodeException",
                "text 2 pings for ann", "text pong of 2", "binary 3000", "text in parts", "pong there?", "close 4001 enough", "4001 enough");
    }

    /** What is not the same: Tomcat 10.1's engine ends a connection, 1002, whose endpoint threw; 11's and Tyrus tell {@code @OnError} and go on. */
    @Test
    void anEndpointThatThrowsIsToldAndGoesOn() {
        for (String context : List.of("/theirs", "/ours")) {
            boolean ends = context.equals("/theirs") && container.name().startsWith("tomcat10");
            try (Talk talk = talk(context, "/orders/ann?table=7", "csv")) {
                assertThat(talk.next()).startsWith("text welcome ann, csv");
                assertThat(talk.ask("1 troubles")).isEqualTo("text wrong: IllegalStateException");
                if (ends) {
                    assertThat(talk.next()).as(context).startsWith("close 1002 ");
                } else {
                    assertThat(talk.ask("3 apples")).as(context).isEqualTo("text 6 apples for ann");
                }
            }
        }
    }

    /** What is not the same: Tyrus counts the query's parameters among the path's. */
    @Test
    void tyrusPathParametersAreTheQuerysToo() {
        for (String context : List.of("/theirs", "/ours")) {
            boolean tyrus = context.equals("/ours") || container.isPayara();
            try (Talk talk = talk(context, "/orders/ann?table=7&customer=bob", "csv")) {
                assertThat(talk.next()).startsWith("text welcome ann, csv");
                assertThat(talk.ask("1 parameters")).as(context).isEqualTo(tyrus ? "text 1 {customer=ann, table=7}" : "text 1 {customer=ann}");
            }
        }
    }

    @Test
    void aProgrammaticEndpoint() throws IOException {
        same(context -> {
            List<String> heard = new ArrayList<>();
            try (Talk talk = talk(context, "/adding", "sum")) {
                heard.add(talk.subprotocol());
                heard.add(talk.say(new byte[] {1, 2, 3}).next());
                heard.add(talk.say(new byte[] {100}, false).say(new byte[] {100}, true).next());
                heard.add(talk.ask("x".repeat(100)));
                heard.add(talk.ask("close 4002"));
            }
            heard.add(ended(context, "adding", "4002 as told"));
            return heard;
        }, "sum", "text bytes 6", "text bytes 200", "text 100 characters", "close 4002 as told", "4002 as told");
    }

    /** More than the endpoint lets a session buffer. In one frame Tyrus needs no buffer for it. */
    @Test
    void aMessageOfFragmentsThatIsTooLong() throws IOException {
        same(context -> {
            try (Talk talk = talk(context, "/adding", "")) {
                return List.of(talk.say("x".repeat(60), false).say("x".repeat(41), true).next().substring(0, "close 1009".length()));
            }
        }, "close 1009");
    }

    @Test
    void theUsersSessionIsSharedWithThePages() throws IOException {
        same(context -> {
            List<String> heard = new ArrayList<>();
            String cookie = Ask.head(container, Ask.get(context + "/visit")).all("Set-Cookie").get(0).split(";")[0];
            page(context, "/visit", "Cookie: " + cookie);
            try (Talk talk = talk(context, "/visits", "", "Cookie", cookie)) {
                heard.add(talk.ask("note remembered"));
            }
            heard.add(page(context, "/visit", "Cookie: " + cookie));
            try (Talk talk = talk(context, "/visits", "")) {
                heard.add(talk.ask("hello"));
            }
            heard.add(Ask.head(container, Frames.handshake(context + "/visits", "Cookie: " + cookie)).only("X-Visits"));
            return heard;
        }, "text visit 2 of anybody", "visit 3, note remembered", "text who are you?", "3");
    }

    @Test
    @PayaraOnly
    void beansAreInjected() throws IOException {
        same(context -> {
            List<String> heard = new ArrayList<>();
            try (Talk talk = talk(context, "/injected/ann", "")) {
                heard.addAll(List.of(talk.ask("hello"), talk.ask("hello"), talk.goodbye(1000, "").next()));
            }
            try (Talk talk = talk(context, "/injected/ben", "")) {
                heard.add(talk.ask("hello"));
                String book = talk.ask("book");
                for (int i = 0; i < 100 && !book.contains("closed"); i++) book = talk.ask("book");     // who closes is told first
                heard.addAll(Stream.of(book.substring("text ".length()).split(", ")).sorted().toList());
            }
            return heard;
        }, "text ann asked 1", "text ann asked 2", "close 1000 ", "text ben asked 1", "closed ann 1000", "made", "made", "opened ann", "opened ben");
    }

    /** Tomcat's engine finds Tyrus' own configuration among the application's classes, takes it for the application's, and cannot make one. */
    @Test
    @TomcatOnly
    void withoutTheSettingTomcatStartsNoApplicationWithTyrusAndItsLogNamesTyrus() {
        War war = application(War.with("unset").webSocketLibraries());
        try {
            assertThatThrownBy(() -> container.deploy(war.build(), "/unset")).isInstanceOf(DeploymentFailed.class);
            assertThat(container.log()).contains("org.apache.tomcat.websocket.server.WsSci.onStartup", "NoSuchMethodException: org.glassfish.tyrus.server.TyrusServerConfiguration.<init>()");
        } finally {
            container.undeploy("/unset");
        }
    }

    /** Then Tomcat's engine serves; the log says what to depend on. */
    @Test
    void withoutTyrusTheContainersEngineServesAndTheLogSaysWhy() throws Exception {
        deploy("/alone", application(War.with("alone").webSocketApi()));
        String engine = page("/alone", "/engine");
        if (container.isTomcat()) {
            assertThat(engine).isEqualTo("org.apache.tomcat.websocket.server.WsServerContainer");
            assertThat(Ask.isLogged(container, "let the application depend on io.github.changeover:changeover-websocket")).isTrue();
        } else {
            assertThat(engine).as("Payara has a Tyrus").isEqualTo(OURS);
        }
        try (Talk talk = talk("/alone", "/orders/ann?table=1", "csv")) {
            assertThat(talk.next()).startsWith("text welcome ann, csv");
            assertThat(talk.ask("3 apples")).isEqualTo("text 6 apples for ann");
        }
    }

    /** What an endpoint noted of its end, once it has: another connection's end may have been noted before. */
    private static String ended(String context, String what, String expected) throws IOException {
        String end;
        long begun = System.nanoTime();
        do end = page(context, "/ended?what=" + what);
        while (!end.equals(expected) && System.nanoTime() - begun < 10_000_000_000L);
        return end;
    }

    private interface Conversation {
        List<String> in(String context) throws IOException;
    }

    private static void same(Conversation conversation, String... expected) throws IOException {
        List<String> theirs = conversation.in("/theirs");
        assertThat(conversation.in("/ours")).as("as on the container's engine").isEqualTo(theirs);
        assertThat(theirs).isEqualTo(Arrays.asList(expected));
    }
}
