package io.github.changeover.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.it.container.ChildProcess;
import io.github.changeover.it.container.TestDirectories;
import io.github.changeover.relay.RecordingReceiver;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayContract;
import io.github.changeover.relay.TestEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
class RedisRelayTest extends RelayContract {
    private static final String NEWS = "app:news";
    private static final String SECRET = "correct horse@battery";
    private static RedisServer shared;

    @BeforeAll
    static void startServer() throws Exception {
        shared = RedisServer.start();
    }

    @AfterAll
    static void killServer() {
        shared.close();
    }

    @Override
    protected Relay relay(int node) {
        return relay("redis://127.0.0.1:" + shared.port(), Map.of());
    }

    private static Relay relay(String uri, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(RedisRelayFactory.URI, uri);
        return new RedisRelayFactory().create(new TestEnvironment(all));
    }

    private static RecordingReceiver start(Relay relay) throws IOException {
        RecordingReceiver receiver = new RecordingReceiver();
        relay.start(receiver);
        relay.interest(NEWS, true);
        return receiver;
    }

    private static void publish(Relay relay, String text) throws IOException {
        relay.publish(NEWS, text.getBytes());
    }

    private static void awaitFailure(ThrowableAssert.ThrowingCallable call) {
        for (long until = System.nanoTime() + 10_000_000_000L; ; ) {
            Throwable thrown = ThrowableAssert.catchThrowable(call);
            if (thrown instanceof IOException) return;
            assertThat(thrown).isNull();
            assertThat(System.nanoTime()).isLessThan(until);
        }
    }

    @Test
    void nothingIsDeliveredLaterIfRedisIsKilledAndRestarted() throws Exception {
        try (RedisServer redis = RedisServer.start(); Relay one = relay("redis://127.0.0.1:" + redis.port(), Map.of()); Relay two = relay("redis://127.0.0.1:" + redis.port(), Map.of())) {
            RecordingReceiver atOne = start(one), atTwo = start(two);
            publish(one, "a");
            atTwo.awaitMessages(NEWS, 1);
            // In flight when the server is killed.
            redis.signal("STOP");
            for (int number = 0; number < 100; number++) publish(one, "lost in flight");
            redis.kill();
            atOne.awaitConnections(true, false);
            atTwo.awaitConnections(true, false);
            awaitFailure(() -> publish(one, "lost"));       // one of the two connections may notice the end before the other
            assertThatThrownBy(() -> two.interest("app:later", true)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> two.interest("app:ended", false)).isInstanceOf(IOException.class);
            Thread.sleep(1500);
            redis.restart();
            long restarted = System.nanoTime();
            atOne.awaitConnections(true, false, true);
            atTwo.awaitConnections(true, false, true);
            assertThat(Duration.ofNanos(System.nanoTime() - restarted)).isLessThan(Duration.ofSeconds(4));
            publish(one, "b");
            one.publish("app:later", "c".getBytes());
            assertThat(atTwo.awaitMessages(NEWS, 2).texts(NEWS)).containsExactly("a", "b");
            assertThat(atOne.awaitMessages(NEWS, 2).texts(NEWS)).containsExactly("a", "b");
            assertThat(atTwo.awaitMessages("app:later", 1).texts("app:later")).containsExactly("c");
        }
    }

    @Test
    void interestThatEndsWithoutAConnectionStaysEnded() throws Exception {
        try (RedisServer redis = RedisServer.start(); Relay one = relay("redis://127.0.0.1:" + redis.port(), Map.of())) {
            RecordingReceiver receiver = start(one);
            one.interest("app:other", true);
            redis.kill();
            receiver.awaitConnections(true, false);
            assertThatThrownBy(() -> one.interest(NEWS, false)).isInstanceOf(IOException.class);
            redis.restart();
            receiver.awaitConnections(true, false, true);
            publish(one, "a");
            one.publish("app:other", "b".getBytes());
            receiver.awaitMessages("app:other", 1);
            assertThat(receiver.bytes(NEWS)).isEmpty();
        }
    }

    @Test
    void publishDoesNotWaitLongForAServerThatHangs() throws Exception {
        try (RedisServer redis = RedisServer.start(); Relay one = relay("redis://127.0.0.1:" + redis.port(), Map.of())) {
            RecordingReceiver receiver = start(one);
            redis.signal("STOP");
            for (int number = 0; number < 1000; number++) publish(one, "a");
            long begin = System.nanoTime();
            assertThatThrownBy(() -> publish(one, "b")).isInstanceOf(IOException.class).hasMessageContaining("1000");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
            redis.signal("CONT");
            receiver.awaitMessages(NEWS, 1000);
            publish(one, "c");
            assertThat(receiver.awaitMessages(NEWS, 1001).texts(NEWS).get(1000)).isEqualTo("c");
        }
    }

    /** Redis before 6, and servers of others that only have the older protocol. */
    @Test
    void serverWithoutResp3() throws Exception {
        try (RedisServer redis = RedisServer.start("--rename-command", "HELLO", ""); Relay one = relay("redis://127.0.0.1:" + redis.port(), Map.of())) {
            RecordingReceiver receiver = start(one);
            for (int number = 0; number < 100; number++) {
                publish(one, "" + number);
                one.interest("app:" + number, true);
            }
            for (int number = 0; number < 100; number += 2) one.interest("app:" + number, false);
            for (int number = 0; number < 100; number++) one.publish("app:" + number, new byte[1]);
            assertThat(receiver.awaitMessages(NEWS, 100).texts(NEWS)).hasSize(100).endsWith("99");
            receiver.awaitMessages("app:99", 1);
            assertThat(receiver.bytes("app:97")).hasSize(1);
            assertThat(receiver.bytes("app:98")).isEmpty();
        }
    }

    @Test
    void startFailsWithoutAServer() throws Exception {
        int port = TestDirectories.freePort();
        try (Relay relay = relay("redis://:" + SECRET.replace(" ", "%20").replace("@", "%40") + "@127.0.0.1:" + port, Map.of())) {
            assertThatThrownBy(() -> relay.start(new RecordingReceiver())).isInstanceOf(IOException.class)
                    .hasMessageContaining("redis://***@127.0.0.1:" + port).message().doesNotContain("correct");
        }
    }

    @Test
    void passwordIsUsedAndNotLogged() throws Exception {
        StringBuilder logged = new StringBuilder();
        Handler handler = new Handler() {
            @Override
            public synchronized void publish(LogRecord entry) {
                logged.append(new SimpleFormatter().format(entry));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try (RedisServer redis = RedisServer.start("--port", "PORT", "--requirepass", SECRET)) {
            String address = "127.0.0.1:" + redis.port();
            String encoded = SECRET.replace(" ", "%20").replace("@", "%40");
            for (Relay each : List.of(relay("redis://" + address, Map.of(RedisRelayFactory.PASSWORD, SECRET)),
                    relay("redis://" + address, Map.of(RedisRelayFactory.USERNAME, "default", RedisRelayFactory.PASSWORD, SECRET)), relay("redis://:" + encoded + "@" + address, Map.of()),
                    relay("redis://default:" + encoded + "@" + address, Map.of()))) {
                try (each) {
                    RecordingReceiver receiver = start(each);
                    publish(each, "a");
                    receiver.awaitMessages(NEWS, 1);
                }
            }
            try (Relay wrong = relay("redis://" + address, Map.of(RedisRelayFactory.PASSWORD, "wrong" + SECRET))) {
                assertThatThrownBy(() -> wrong.start(new RecordingReceiver())).isInstanceOf(IOException.class).hasMessageContaining("WRONGPASS").hasStackTraceContaining("Redis")
                        .satisfies(failure -> {
                            for (Throwable cause = failure; cause != null; cause = cause.getCause()) assertThat(cause.toString()).doesNotContain("battery");
                        });
            }
        } finally {
            root.removeHandler(handler);
        }
        assertThat(logged.toString()).contains("The relay is connected").doesNotContain("battery").doesNotContain("correct");
    }

    @Test
    void tlsWithATrustStore(@TempDir Path files) throws Exception {
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Path keys = files.resolve("keys.p12"), trust = files.resolve("trust.p12"), certificate = files.resolve("certificate.pem"), key = files.resolve("key.pem");
        ChildProcess.run(List.of(keytool, "-genkeypair", "-alias", "redis", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=redis", "-ext", "san=ip:127.0.0.1",
                "-storetype", "PKCS12", "-keystore", keys.toString(), "-storepass", "changeit"));
        ChildProcess.run(List.of(keytool, "-exportcert", "-rfc", "-alias", "redis", "-keystore", keys.toString(), "-storepass", "changeit", "-file", certificate.toString()));
        ChildProcess.run(List.of(keytool, "-importcert", "-noprompt", "-alias", "redis", "-file", certificate.toString(), "-storetype", "PKCS12", "-keystore", trust.toString(), "-storepass", "changeit"));
        ChildProcess.run(List.of("openssl", "pkcs12", "-in", keys.toString(), "-passin", "pass:changeit", "-nocerts", "-nodes", "-out", key.toString()));
        try (RedisServer redis = RedisServer.start("--port", "0", "--tls-port", "PORT", "--tls-cert-file", certificate.toString(), "--tls-key-file", key.toString(),
                "--tls-ca-cert-file", certificate.toString(), "--tls-auth-clients", "no", "--requirepass", SECRET)) {
            String uri = "rediss://127.0.0.1:" + redis.port();
            try (Relay trusting = relay(uri, Map.of(RedisRelayFactory.PASSWORD, SECRET, RedisRelayFactory.TRUST_STORE, trust.toString(), RedisRelayFactory.TRUST_STORE_PASSWORD, "changeit"))) {
                RecordingReceiver receiver = start(trusting);
                publish(trusting, "a");
                receiver.awaitMessages(NEWS, 1);
            }
            try (Relay other = relay(uri, Map.of(RedisRelayFactory.PASSWORD, SECRET))) {
                assertThatThrownBy(() -> other.start(new RecordingReceiver())).isInstanceOf(IOException.class).hasMessageContaining("certification path");
            }
            // The certificate is for 127.0.0.1 only.
            try (Relay misnamed = relay(uri.replace("127.0.0.1", "localhost"), Map.of(RedisRelayFactory.PASSWORD, SECRET, RedisRelayFactory.TRUST_STORE, trust.toString(),
                    RedisRelayFactory.TRUST_STORE_PASSWORD, "changeit"))) {
                assertThatThrownBy(() -> misnamed.start(new RecordingReceiver())).isInstanceOf(IOException.class);
            }
        }
    }
}
