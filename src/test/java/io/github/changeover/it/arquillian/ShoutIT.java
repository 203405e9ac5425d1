package io.github.changeover.it.arquillian;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.changeover.testkit.Expect;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks {@code shout/1} of the demo with Arquillian. docs/test-kit.md shows this class. */
@ArquillianTest
@RunAsClient
@Tag("arquillian")
class ShoutIT {
    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("changeover.war")));
    }

    @Test
    void linesAreReturnedInUpperCase() throws IOException {
        try (Wire wire = Wire.connect(base.getHost(), base.getPort())) {
            wire.send(Message.offering(base.getPath() + "lines/garden", "shout/1"));
            Expect.answer(wire.readHead()).switchesTo("shout/1");
            assertEquals("Welcome to garden\n", wire.readLine());
            assertEquals("HELLO\n", wire.send("hello\n").readLine());
            wire.shutdownOutput();
            assertEquals(Wire.End.FIN, wire.readToEnd().end());
        }
    }

    @Test
    void unsupportedOfferIsIgnored() throws IOException {
        try (Wire wire = Wire.connect(base.getHost(), base.getPort())) {
            Head head = wire.send(Message.offering(base.getPath() + "echo", "unknown/7")).readHead();
            Expect.answer(head).isOrdinary(200).offersNothing();
        }
    }
}
