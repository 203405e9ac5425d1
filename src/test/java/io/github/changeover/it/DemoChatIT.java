package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the chat of the demo on one node. HaproxyIT checks it on two. */
@OnContainer
class DemoChatIT {
    private static Wire enter(ContainerUnderTest container, String room) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(OnContainer.CONTEXT + "/chat/" + room));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static String text(Wire wire) throws IOException {
        return Frames.read(wire).toString();
    }

    /** A guest is a member until its connection is closed, which is shortly after its Close frame. */
    private static void awaitMembers(Wire wire, int members) throws IOException {
        String answer = text(wire.send(Frames.text("/who")));
        for (long until = System.nanoTime() + 10_000_000_000L; !answer.startsWith("81 /who " + members + " in this room, "); answer = text(wire.send(Frames.text("/who")))) {
            assertThat(System.nanoTime()).as(answer).isLessThan(until);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void guestsOfARoomHearEachOtherAndCanAskWhoIsThere(ContainerUnderTest container) throws IOException {
        try (Wire first = enter(container, "library"); Wire elsewhere = enter(container, "hall")) {
            assertThat(text(first)).matches("81 guest \\w{4} entered");
            Wire second = enter(container, "library");
            assertThat(text(second)).matches("81 guest \\w{4} entered");
            assertThat(text(first)).matches("81 guest \\w{4} entered");
            first.send(Frames.text("/who"));
            assertThat(text(first)).startsWith("81 /who 2 in this room, 2 of them on node ");
            second.send(Frames.text("<b>hello</b>"));
            assertThat(text(first)).matches("81 guest \\w{4}: <b>hello</b>");
            assertThat(text(second)).as("the first guest alone has the response to its question").matches("81 guest \\w{4}: <b>hello</b>");
            second.send(Frames.close(1000, ""));
            assertThat(text(first)).matches("81 guest \\w{4} left");
            second.close();
            awaitMembers(first, 1);
            assertThat(text(elsewhere)).matches("81 guest \\w{4} entered");
            elsewhere.send(Frames.text("/who"));
            assertThat(text(elsewhere)).startsWith("81 /who 1 in this room, ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%0Ab", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
            + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"})
    void roomWhoseNameIsNotAllowedIsClosed(String room, ContainerUnderTest container) throws IOException {
        try (Wire wire = enter(container, room)) {
            assertThat(text(wire)).contains("1008", "The name of the room is not allowed");
        }
    }
}
