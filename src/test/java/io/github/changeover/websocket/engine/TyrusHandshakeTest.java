package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Unknown versions of Tyrus. {@link SessionMemoryTest} tests the consequence: Tyrus assembles messages itself. */
@DisplayName("C14: internals of Tyrus are used only if they have the known form")
class TyrusHandshakeTest {
    @Test
    void knownVersionIsRecognized() {
        assertThat(TyrusHandshake.Sessions.KNOWN).isPresent();
    }

    @Test
    void unknownMemberIsNotUsed() {
        assertThat(TyrusHandshake.Sessions.known("getOpenSession")).isEmpty();
    }
}
