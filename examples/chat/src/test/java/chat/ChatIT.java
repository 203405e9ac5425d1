package chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The WAR on Tomcat, with the WebSocket client of the JDK. */
class ChatIT {
    private static Tomcat tomcat;

    @BeforeAll
    static void start() throws Exception {
        tomcat = Server.start(0, Path.of("target/chat"));
    }

    @AfterAll
    static void stop() {
        Server.stop(tomcat);
    }

    @Test
    void membersOfARoomSeeEachOther() throws Exception {
        Member ada = Member.enter("garden");
        assertEquals("Somebody entered.", ada.next());
        Member bob = Member.enter("garden");
        assertEquals("Somebody entered.", ada.next());
        assertEquals("Somebody entered.", bob.next());
        Member other = Member.enter("cellar");
        assertEquals("Somebody entered.", other.next());

        ada.say("Good morning");
        assertEquals("Good morning", ada.next());
        assertEquals("Good morning", bob.next());
        bob.leave();
        assertEquals("Somebody left.", ada.next());

        other.say("Nobody here?");
        assertEquals("Nobody here?", other.next());
    }

    /** A client, and the messages that it received. */
    private static final class Member implements WebSocket.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder parts = new StringBuilder();
        private WebSocket socket;

        static Member enter(String room) throws Exception {
            URI uri = URI.create("ws://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/chat/" + room);
            Member member = new Member();
            member.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(uri, member).get(10, TimeUnit.SECONDS);
            return member;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                messages.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        void say(String text) throws Exception {
            socket.sendText(text, true).get(10, TimeUnit.SECONDS);
        }

        void leave() throws Exception {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
        }

        /** The next message, or null if none arrives within ten seconds. */
        String next() throws InterruptedException {
            return messages.poll(10, TimeUnit.SECONDS);
        }
    }
}
