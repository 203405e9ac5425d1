package io.github.changeover.tls;

import io.github.changeover.loopback.LoopbackDispatcherFactory;
import io.github.changeover.loopback.StreamDispatcher;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.settings.SettingValues;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Adds {@code TLS/1.2} to each path whose setting names it. This is the only class of the package that depends on the application. */
public final class TlsLibrary implements ProtocolLibrary {
    private static final String KEY_STORE = "changeover.tls.key-store", PASSWORD = "changeover.tls.key-store-password", HANDSHAKE = "changeover.tls.handshake";
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final Pattern FORWARD_SECRET = Pattern.compile("TLS_(AES_[0-9]+_GCM_SHA[0-9]+|CHACHA20_POLY1305_SHA256|ECDHE_(ECDSA|RSA)_WITH_(AES_[0-9]+_GCM_SHA[0-9]+|CHACHA20_POLY1305_SHA256))");

    /** For the ServiceLoader. */
    public TlsLibrary() {
    }

    @Override
    public Set<String> settings() {
        Set<String> names = new HashSet<>(LoopbackDispatcherFactory.settings());
        names.addAll(Set.of(KEY_STORE, PASSWORD, HANDSHAKE));
        return names;
    }

    @Override
    public void register(ServletContext context, SettingValues settings) {
        try {
            if (isOffered(settings)) InnerRequests.register(context);
        } catch (SettingValues.InvalidSettingException invalid) {
            // The invalid setting makes the deployment fail later, at its start, with a message.
        }
    }

    private static boolean isOffered(SettingValues settings) {
        return Stream.of("TLS/1.0", "TLS/1.1", "TLS/1.2", "TLS/1.3").map(ProtocolToken::of).anyMatch(settings::offersOnAnyPath);
    }

    @Override
    public Started start(Start start) {
        SettingValues settings = start.settings();
        if (!isOffered(settings)) return new Started() {
        };
        start.requireClass("io.netty.handler.codec.http.HttpRequestDecoder", "TLS/1.2", "io.netty:netty-codec-http2");
        SSLContext context = TlsKeys.context(KEY_STORE, settings.value(KEY_STORE).orElse(""), PASSWORD, settings.value(PASSWORD).orElse("").toCharArray());
        String[] suites = suites(context);
        Duration handshake = settings.timeAboveZero(HANDSHAKE, Duration.ofSeconds(10));
        StreamDispatcher dispatcher = LoopbackDispatcherFactory.of(start);
        UpgradeProtocol tls = new TlsProtocol(dispatcher, () -> engine(context, suites), handshake, settings.size("changeover.content.max", 1 << 20));
        return new Started() {
            @Override
            public List<UpgradeProtocol> protocols() {
                return List.of(tls);
            }

            @Override
            public void close() {
                dispatcher.close();
            }
        };
    }

    /** Returns the enabled cipher suites of the JDK that have forward secrecy and authenticated encryption. RFC 9325 section 4.2. */
    private static String[] suites(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setEnabledProtocols(VERSIONS);
        String[] suites = Arrays.stream(engine.getEnabledCipherSuites()).filter(suite -> FORWARD_SECRET.matcher(suite).matches()).toArray(String[]::new);
        if (suites.length == 0) throw new IllegalStateException("The JDK has no enabled cipher suite with forward secrecy (jdk.tls.disabledAlgorithms), which TLS by upgrade requires");
        return suites;
    }

    private static SSLEngine engine(SSLContext context, String[] suites) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(VERSIONS);
        engine.setEnabledCipherSuites(suites);
        // A client that sends ALPN, as every browser does, has not requested the upgrade. An attacker has connected it to an upgraded
        // connection, so that it reads the first response as its own (CVE-2025-49812). null ends the handshake with an alert.
        engine.setHandshakeApplicationProtocolSelector((handshake, names) -> null);
        return engine;
    }
}
