package io.github.changeover.forwarded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyFieldsTest {
    @ParameterizedTest(name = "S2: {0} is a field of proxies")
    @ValueSource(strings = {"Forwarded", "Via", "VIA", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Client-Cert", "X-Forwarded-User", "X-Real-IP", "X-Client-IP",
        "X-Original-Forwarded-For", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CDN-Loop", "Fastly-Client-IP", "WL-Proxy-Client-IP", "Proxy-keysize", "SSL_CLIENT_CERT",
        "Client-Cert", "Front-End-Https", "X-Envoy-External-Address"})
    void recognizesFieldsOfProxies(String name) {
        assertThat(ProxyFields.has(name)).isTrue();
    }

    @ParameterizedTest(name = "S2: {0} is not a field of proxies")
    @ValueSource(strings = {"", "Host", "Cookie", "Authorization", "X-Own", "X-Forward", "Proxy-Authorization", "Origin", "User-Agent", "X-Requested-With", "Viable"})
    void otherFieldsAreNotProxyFields(String name) {
        assertThat(ProxyFields.has(name)).isFalse();
    }
}
