package io.github.changeover.relay.redis;

import io.github.changeover.relay.RelayFactory.Environment;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import java.io.File;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the server is, and how to connect to it.
 *
 * @param uri contains the password; must not be logged
 * @param printable the address without a password
 * @param tls present if a trust store is set
 */
record RedisSettings(RedisURI uri, String printable, Optional<SslOptions> tls) {
    private static final String DEFAULT_URI = "redis://127.0.0.1:6379";
    /** Limits how long a connect and a command that is awaited may take. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** @throws IllegalStateException if a setting is invalid. The message contains no password */
    static RedisSettings of(Environment environment) {
        String text = environment.setting(RedisRelayFactory.URI).orElse(DEFAULT_URI).strip();
        RedisURI uri = parse(text);
        Optional<String> username = environment.setting(RedisRelayFactory.USERNAME);
        Optional<String> password = environment.setting(RedisRelayFactory.PASSWORD);
        if (username.isPresent() && password.isEmpty()) {
            throw new IllegalStateException(RedisRelayFactory.USERNAME + " is set without a password. Set " + RedisRelayFactory.PASSWORD);
        }
        if (password.isPresent()) {
            RedisCredentials credentials = RedisCredentials.just(username.orElse(null), password.get());
            uri.setCredentialsProvider(RedisCredentialsProvider.from(() -> credentials));
        }
        uri.setTimeout(TIMEOUT);
        return new RedisSettings(uri, withoutPassword(text), trustStore(environment));
    }

    private static RedisURI parse(String text) {
        try {
            return RedisURI.create(text);
        } catch (RuntimeException invalid) {
            // The cause is omitted, because its message contains the URI with the password.
            throw new IllegalStateException(RedisRelayFactory.URI + " is not a valid address: " + withoutPassword(text)
                    + ". Use redis://host:port, or rediss://host:port for TLS");
        }
    }

    /** Replaces everything between the scheme and the last at sign, which may be part of a password that is not encoded. */
    static String withoutPassword(String uri) {
        int scheme = uri.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        int at = uri.lastIndexOf('@');
        String printable = at < start ? uri : uri.substring(0, start) + "***@" + uri.substring(at + 1);
        return printable.replaceAll("\\p{Cntrl}", "?").substring(0, Math.min(200, printable.length()));
    }

    private static Optional<SslOptions> trustStore(Environment environment) {
        Optional<String> name = environment.setting(RedisRelayFactory.TRUST_STORE);
        if (name.isEmpty()) return Optional.empty();
        File file = new File(name.get());
        if (!file.isFile() || !file.canRead()) {
            throw new IllegalStateException(RedisRelayFactory.TRUST_STORE + " names a file that cannot be read: " + file + ". Use a PKCS12 or JKS file with the certificates to trust");
        }
        return Optional.of(SslOptions.builder().jdkSslProvider().truststore(file, environment.setting(RedisRelayFactory.TRUST_STORE_PASSWORD).orElse("")).build());
    }

    @Override
    public String toString() {
        return printable;
    }
}
