package io.github.changeover.servlet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalAddressTest {
    @ParameterizedTest
    @CsvSource({"0.0.0.0,127.0.0.1", "::,127.0.0.1", "127.0.0.1,127.0.0.1", "127.0.0.5,127.0.0.5", "::1,[::1]"})
    void loopbackAddressIsReachable(String bound, String host) throws UnknownHostException {
        assertThat(LocalAddress.of(InetAddress.getByName(bound))).contains(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "10.0.0.1", "2001:db8::1"})
    void otherAddressIsNotReachable(String bound) throws UnknownHostException {
        assertThat(LocalAddress.of(InetAddress.getByName(bound))).isEqualTo(Optional.empty());
    }

    @Test
    void wildcardAddressIsReachable() {
        assertThat(LocalAddress.of(null)).contains("127.0.0.1");
    }
}
