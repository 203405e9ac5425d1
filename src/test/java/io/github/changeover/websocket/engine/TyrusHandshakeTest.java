package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Unknown versions of Tyrus. {@link SessionMemoryTest} tests the consequence: Tyrus assembles messages itself. */
@DisplayName("C14: a part of Tyrus is used only where it is as known")
class TyrusHandshakeTest {
    @Test
    void asKnown() {
        assertThat(TyrusHandshake.Sessions.KNOWN).isPresent();
    }

    @Test
    void withAnotherName() {
        assertThat(TyrusHandshake.Sessions.known("getOpenSession")).isEmpty();
    }
}
