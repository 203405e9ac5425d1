package io.github.changeover.tls;

import io.github.changeover.dispatch.ApplicationDispatcher;
import io.github.changeover.dispatch.StreamDispatcher;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SettingValues;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Brings {@code TLS/1.2} where the setting of a path names it: the one class here that knows of the application. */
public final class TlsLibrary implements ProtocolLibrary {
    private static final String KEY_STORE = "changeover.tls.key-store", PASSWORD = "changeover.tls.key-store-password", HANDSHAKE = "changeover.tls.handshake";
    private static final String[] SPOKEN = {"TLSv1.3", "TLSv1.2"};

    /** For the ServiceLoader. */
    public TlsLibrary() {
    }

    @Override
    public Set<String> settings() {
        return Set.of(KEY_STORE, PASSWORD, HANDSHAKE, ApplicationDispatcher.MOST);
    }

    @Override
    public Started start(Start start) {
        SettingValues settings = start.settings();
        if (Stream.of("TLS/1.0", "TLS/1.1", "TLS/1.2", "TLS/1.3").map(ProtocolToken::of).noneMatch(settings::mounts)) return new Started() {
        };
        start.need("io.netty.handler.codec.http.HttpRequestDecoder", "TLS/1.2", "io.netty:netty-codec-http2");
        SSLContext context = context(settings);
        Duration handshake = settings.timeAboveZero(HANDSHAKE, Duration.ofSeconds(10));
        StreamDispatcher dispatcher = ApplicationDispatcher.of(start);
        UpgradeProtocol tls = new Tls(dispatcher, () -> engine(context), handshake, settings.size("changeover.content.max", 1 << 20));
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

    private static SSLContext context(SettingValues settings) {
        String file = settings.value(KEY_STORE).orElseThrow(() -> new SettingValues.Wrong(KEY_STORE, "", "the path of a key store with one key, as a path offers TLS"));
        char[] password = settings.value(PASSWORD).orElse("").toCharArray();
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStore.getInstance(new File(file), password), password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException unusable) {
            throw new SettingValues.Wrong(KEY_STORE, file, "a key store that opens with " + PASSWORD + " (" + unusable.getMessage() + ")");
        }
    }

    private static SSLEngine engine(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(SPOKEN);
        // Who names what it wants inside (ALPN, as every browser does) has not upgraded: somebody has put it behind an upgraded
        // connection, and would have it take the first answer for its own (CVE-2025-49812). null ends the handshake with an alert.
        engine.setHandshakeApplicationProtocolSelector((asking, names) -> null);
        return engine;
    }
}
