package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
    @ParameterizedTest
    @CsvSource({"192.0.2.1,192.0.2.1", "::1,0:0:0:0:0:0:0:1", "2001:DB8::1,2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1,192.0.2.1"})
    void literals(String text, String address) {
        assertThat(IpAddress.parse(text)).map(InetAddress::getHostAddress).contains(address);
        assertThat(IpAddress.parseReported(text)).map(InetAddress::getHostAddress).contains(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "127.1", "1", "192.0.2.256", "256.0.0.1", "999.1.1.1", ".a:b", "192.0.2.01", "1.2.3.4.5", "[::1]", ":", "::g", "a:b", "example:80", "1.2.3.4:80", "::1 "})
    void otherTextsAreEmpty(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
        assertThat(IpAddress.parseReported(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1%0", "fe80:0:0:0:0:0:0:1%1"})
    void onlyContainersReportZones(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
        assertThat(IpAddress.parseReported(text)).isPresent();
    }
}
