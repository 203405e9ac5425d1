package io.github.changeover.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.servlet.settings.SettingValues;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The messages about a key store when the application starts. */
class TlsKeysTest {
    private static final String PASSWORD = "changeit";
    @TempDir
    static Path directory;

    @BeforeAll
    static void createKeyStores() throws Exception {
        key("good.p12", "one", "-validity", "100");
        key("expired.p12", "one", "-startdate", "-10d", "-validity", "5");
        key("early.p12", "one", "-startdate", "+10d", "-validity", "50");
        key("several.p12", "one", "-validity", "100");
        key("several.p12", "two", "-validity", "100");
        Files.writeString(directory.resolve("text.p12"), "-----BEGIN CERTIFICATE-----\n");
        Files.write(directory.resolve("empty.p12"), new byte[0]);
        Files.write(directory.resolve("half.p12"), java.util.Arrays.copyOf(Files.readAllBytes(directory.resolve("good.p12")), 500));
        KeyStore good = KeyStore.getInstance(directory.resolve("good.p12").toFile(), PASSWORD.toCharArray());
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry("authority", good.getCertificate("one"));
        store(certificates, "certificates.p12");
        KeyStore locked = KeyStore.getInstance("JKS");
        locked.load(null, null);
        locked.setKeyEntry("one", good.getKey("one", PASSWORD.toCharArray()), "another".toCharArray(), good.getCertificateChain("one"));
        store(locked, "locked.jks");
        KeyStore jks = KeyStore.getInstance("JKS");
        jks.load(null, null);
        jks.setKeyEntry("one", good.getKey("one", PASSWORD.toCharArray()), PASSWORD.toCharArray(), good.getCertificateChain("one"));
        store(jks, "good.jks");
    }

    private static void store(KeyStore store, String name) throws Exception {
        try (OutputStream out = Files.newOutputStream(directory.resolve(name))) {
            store.store(out, PASSWORD.toCharArray());
        }
    }

    private static void key(String file, String alias, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1",
                "-dname", "CN=localhost", "-storetype", "PKCS12", "-keystore", directory.resolve(file).toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static String rejectionMessage(String file, String password) {
        try {
            TlsKeys.context("the.store", file.isEmpty() ? "" : directory.resolve(file).toString(), "the.password", password.toCharArray());
            throw new AssertionError("It is taken");
        } catch (SettingValues.InvalidSettingException wrong) {
            return wrong.getMessage();
        }
    }

    @Test
    @DisplayName("a key store that is not named, is missing, or is not a file is rejected")
    void missingKeyStoreIsRejected() {
        assertThat(rejectionMessage("", PASSWORD)).isEqualTo("The setting the.store is ''. Allowed: the path of a key store with one key, because a path offers TLS");
        assertThat(rejectionMessage("missing.p12", PASSWORD)).startsWith("The setting the.store is '" + directory.resolve("missing.p12") + "'. Allowed: the path of a key store; there is no such file (");
        assertThatThrownBy(() -> TlsKeys.context("the.store", directory.toString(), "the.password", new char[0])).hasMessageContaining("the server cannot read this file (" + directory);
        assertThatThrownBy(() -> TlsKeys.context("the.store", "a\0b", "the.password", new char[0])).hasMessageContaining("this is not a path");
    }

    @Test
    @DisplayName("a wrong password of the file or of the key is rejected")
    void wrongPasswordIsRejected() {
        assertThat(rejectionMessage("good.p12", "wrong")).endsWith("Allowed: a key store that opens with the.password; the password is wrong").doesNotContain("'wrong'");
        assertThat(rejectionMessage("good.jks", "wrong")).endsWith("Allowed: a key store that opens with the.password; the password is wrong");
        assertThat(rejectionMessage("locked.jks", PASSWORD)).endsWith("Allowed: a key store whose key opens with the same password as the file; the.password opens the file, but not its key");
    }

    @Test
    @DisplayName("a file that is not a key store is rejected")
    void invalidKeyStoreIsRejected() {
        for (String file : new String[] {"text.p12", "empty.p12"}) assertThat(rejectionMessage(file, PASSWORD)).endsWith("Allowed: a key store in the format PKCS12 or JKS; this file is neither");
        assertThat(rejectionMessage("half.p12", PASSWORD)).contains("Allowed: a key store ");
    }

    @Test
    @DisplayName("a key store with no key, or with several, is rejected")
    void keyStoreNeedsExactlyOneKey() {
        assertThat(rejectionMessage("certificates.p12", PASSWORD)).endsWith("Allowed: a key store with one private key and its certificates; this one has no private key");
        assertThat(rejectionMessage("several.p12", PASSWORD)).endsWith("Allowed: a key store with one private key and its certificates; this one has 2: one, two");
    }

    private static List<String> warnings(String file) {
        List<String> said = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().intValue() >= Level.WARNING.intValue()) said.add(record.getLevel() + " " + new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger(TlsKeys.class.getName());
        logger.addHandler(handler);
        try {
            TlsKeys.context("the.store", directory.resolve(file).toString(), "the.password", PASSWORD.toCharArray());
        } finally {
            logger.removeHandler(handler);
        }
        return said;
    }

    @Test
    @DisplayName("a certificate that is expired or not yet valid is served, with one warning that names file and date")
    void expiredCertificateIsServedWithAWarning() throws Exception {
        assertThat(warnings("good.p12")).isEmpty();
        assertThat(warnings("good.jks")).isEmpty();
        String until = KeyStore.getInstance(directory.resolve("expired.p12").toFile(), PASSWORD.toCharArray()).getCertificate("one") instanceof java.security.cert.X509Certificate x ? x.getNotAfter().toInstant().toString() : "";
        assertThat(warnings("expired.p12")).containsExactly("WARNING The certificate in the key store " + directory.resolve("expired.p12") + " expired at " + until + ": clients that verify it reject TLS by upgrade");
        assertThat(warnings("early.p12")).singleElement().asString().contains("early.p12 is not valid before 2");
    }
}
