package shout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.net.URI;
import java.nio.file.Path;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The WAR on Tomcat, over a socket. */
class ShoutIT {
    private static Tomcat tomcat;
    private static URI server;

    @BeforeAll
    static void start() throws Exception {
        tomcat = Server.start(0, Path.of("target/shout"));
        server = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort());
    }

    @AfterAll
    static void stop() {
        Server.stop(tomcat);
    }

    @Test
    void textIsSentBackInUpperCase() throws Exception {
        try (Wire wire = Wire.connect(server).send(Message.offering("/lines/garden", "shout/1"))) {
            Expect.answer(wire.readHead()).switchesTo("shout/1");
            assertEquals("Welcome to garden\n", wire.readLine());
            assertEquals("HELLO\n", wire.send("hello\n").readLine());
        }
    }

    @Test
    void otherProtocolIsNotUpgraded() throws Exception {
        try (Wire wire = Wire.connect(server).send(Message.offering("/lines/garden", "whisper/1"))) {
            Expect.answer(wire.readHead()).isOrdinary(404);
        }
    }
}
