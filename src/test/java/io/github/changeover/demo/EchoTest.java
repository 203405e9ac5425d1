package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.testkit.MemoryConnection;
import org.junit.jupiter.api.Test;

class EchoTest {
    @Test
    void everyByteIsEchoed() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) all[i] = (byte) i;
        assertThat(MemoryConnection.of(new Echo.Handler()).receive(all.clone()).sent()).isEqualTo(all);
    }

    @Test
    void halfCloseEndsTheConnectionAfterTheEcho() {
        MemoryConnection connection = MemoryConnection.of(new Echo.Handler()).receive("a").receive("b").end();
        assertThat(connection.text()).isEqualTo("ab");
        assertThat(connection.ended()).contains(CloseCause.Kind.PEER);
    }

    @Test
    void readingStopsWhileThePeerDoesNotRead() {
        MemoryConnection connection = MemoryConnection.slow(new Echo.Handler(), 3).receive("abcd").receive("efgh").end();
        assertThat(connection.unread()).isEqualTo(4);
        assertThat(connection.takes(4).text()).isEqualTo("abcd");
        assertThat(connection.ended()).isEmpty();
        assertThat(connection.takes(4).text()).isEqualTo("abcdefgh");
        assertThat(connection.ended()).contains(CloseCause.Kind.PEER);
    }

    @Test
    @Covers("RFC9110-7.8-12")
    void tokenKeepsTheSpellingOfTheClient() {
        Decision decision = new Echo().negotiate(null, ProtocolToken.of("ECHO"));
        assertThat(((Decision.Switch) decision).layers()).hasToString("[ECHO]");
        assertThat(new Echo().accepts(ProtocolToken.of("ECHO"))).isTrue();
        assertThat(new Echo().accepts(ProtocolToken.of("echo/1"))).isFalse();
    }
}
