package io.github.changeover.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The self-signed key store for every TLS listener of the tests. The JDK's keytool makes it on first use. */
public final class TestKeyStore {
    /** Payara expects this alias and password, so that one key store is enough for all containers. */
    static final String ALIAS = "s1as";
    public static final String PASSWORD = "changeit";

    private TestKeyStore() {
    }

    public static synchronized Path get() {
        return create("tls/keystore.p12", "-validity", "3650");
    }

    /** The same with a certificate that expired five days ago. */
    public static synchronized Path expired() {
        return create("tls/expired.p12", "-startdate", "-10d", "-validity", "5");
    }

    /** The TLS of a server with this certificate. */
    public static SSLContext serverContext() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(get().toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static Path create(String name, String... validity) {
        Path file = TestDirectories.target().resolve(name);
        if (Files.exists(file)) {
            return file;
        }
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempDirectory(file.getParent(), "new").resolve(file.getFileName());
            List<String> command = new ArrayList<>(List.of(TestDirectories.javaHome().resolve("bin/keytool").toString(), "-genkeypair",
                    "-alias", ALIAS, "-keyalg", "RSA", "-keysize", "2048",
                    "-dname", "CN=localhost", "-ext", "san=dns:localhost,ip:127.0.0.1",
                    "-storetype", "PKCS12", "-keystore", fresh.toString(), "-storepass", PASSWORD));
            command.addAll(List.of(validity));
            ChildProcess.run(command);
            Files.move(fresh, file);
            Files.delete(fresh.getParent());
            return file;
        } catch (IOException e) {
            throw new IllegalStateException("cannot make " + file, e);
        }
    }
}
