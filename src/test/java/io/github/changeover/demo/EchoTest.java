package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import org.junit.jupiter.api.Test;

class EchoTest {
    @Test
    void everyOctetComesBack() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) all[i] = (byte) i;
        assertThat(new FakeConnection(new Echo.Handler()).receive(all.clone()).sent()).isEqualTo(all);
    }

    @Test
    void halfCloseEndsTheConnectionAfterTheRest() {
        FakeConnection connection = new FakeConnection(new Echo.Handler()).receive("a").receive("b").end();
        assertThat(connection.text()).isEqualTo("ab");
        assertThat(connection.cause().kind()).isEqualTo(CloseCause.Kind.PEER);
    }

    @Test
    void readingStopsWhileThePeerDoesNotTakeTheEcho() {
        FakeConnection connection = new FakeConnection(new Echo.Handler(), 3).receive("abcd").receive("efgh").end();
        assertThat(connection.paused()).isTrue();
        assertThat(connection.text()).isEqualTo("abcd");
        connection.drain();
        assertThat(connection.text()).isEqualTo("abcdefgh");
        assertThat(connection.isClosed()).isFalse();
        connection.drain();
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    @Covers("RFC9110-7.8-12")
    void theTokenIsAnsweredAsTheClientWroteIt() {
        Decision decision = new Echo().negotiate(null, ProtocolToken.of("ECHO"));
        assertThat(((Decision.Switch) decision).layers()).hasToString("[ECHO]");
        assertThat(new Echo().accepts(ProtocolToken.of("ECHO"))).isTrue();
        assertThat(new Echo().accepts(ProtocolToken.of("echo/1"))).isFalse();
    }
}
