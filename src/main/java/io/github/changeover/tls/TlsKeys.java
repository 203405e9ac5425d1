package io.github.changeover.tls;

import io.github.changeover.servlet.settings.SettingValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Loads the server's key and certificates from the file that a setting names. Errors in the file are reported when the application starts.
 */
final class TlsKeys {
    private static final System.Logger LOG = System.getLogger(TlsKeys.class.getName());

    private TlsKeys() {
    }

    /**
     * @param setting         the name of the setting that names the file
     * @param name            the path of the file
     * @param passwordSetting the name of the setting for the password
     * @param password        the password of the file and the key
     * @throws SettingValues.InvalidSettingException if the file is not a key store with one key that the password opens
     */
    static SSLContext context(String setting, String name, String passwordSetting, char[] password) {
        if (name.isEmpty()) throw new SettingValues.InvalidSettingException(setting, "", "the path of a key store with one key, because a path offers TLS");
        Path file = file(setting, name);
        KeyStore store = open(setting, file, passwordSetting, password);
        try {
            String alias = onlyKey(setting, name, store);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            warnOfDates(file, store.getCertificate(alias));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (UnrecoverableKeyException locked) {
            throw new SettingValues.InvalidSettingException(setting, name, "a key store whose key opens with the same password as the file; " + passwordSetting + " opens the file, but not its key");
        } catch (GeneralSecurityException unusable) {
            throw new SettingValues.InvalidSettingException(setting, name, "a key store with one key for TLS (" + unusable.getMessage() + ")");
        }
    }

    private static Path file(String setting, String name) {
        try {
            Path file = Path.of(name);
            if (!Files.exists(file)) throw new SettingValues.InvalidSettingException(setting, name, "the path of a key store; there is no such file (" + file.toAbsolutePath() + ")");
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new SettingValues.InvalidSettingException(setting, name, "the path of a key store; the server cannot read this file (" + file.toAbsolutePath() + ")");
            }
            return file;
        } catch (InvalidPathException malformed) {
            throw new SettingValues.InvalidSettingException(setting, name, "the path of a key store; this is not a path (" + malformed.getReason() + ")");
        }
    }

    private static KeyStore open(String setting, Path file, String passwordSetting, char[] password) {
        try {
            return KeyStore.getInstance(file.toFile(), password);
        } catch (IOException failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof UnrecoverableKeyException) throw new SettingValues.InvalidSettingException(setting, file.toString(), "a key store that opens with " + passwordSetting + "; the password is wrong");
            }
            throw new SettingValues.InvalidSettingException(setting, file.toString(), "a key store that opens with " + passwordSetting + " (" + failure.getMessage() + ")");
        } catch (KeyStoreException unknown) {
            throw new SettingValues.InvalidSettingException(setting, file.toString(), "a key store in the format PKCS12 or JKS; this file is neither");
        } catch (GeneralSecurityException unusable) {
            throw new SettingValues.InvalidSettingException(setting, file.toString(), "a key store that this JDK can read (" + unusable.getMessage() + ")");
        }
    }

    /** Requires a single key, because with several keys it is not certain which one a client gets. */
    private static String onlyKey(String setting, String name, KeyStore store) throws KeyStoreException {
        List<String> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) keys.add(alias);
        }
        if (keys.isEmpty()) throw new SettingValues.InvalidSettingException(setting, name, "a key store with one private key and its certificates; this one has no private key");
        if (keys.size() > 1) throw new SettingValues.InvalidSettingException(setting, name, "a key store with one private key and its certificates; this one has " + keys.size() + ": " + String.join(", ", keys));
        return keys.get(0);
    }

    private static void warnOfDates(Path file, Certificate certificate) {
        if (!(certificate instanceof X509Certificate x509)) return;
        Date now = new Date();
        Instant from = x509.getNotBefore().toInstant();
        Instant until = x509.getNotAfter().toInstant();
        if (now.after(x509.getNotAfter())) {
            LOG.log(System.Logger.Level.WARNING, "The certificate in the key store {0} expired at {1}: clients that verify it reject TLS by upgrade", file, until);
        } else if (now.before(x509.getNotBefore())) {
            LOG.log(System.Logger.Level.WARNING, "The certificate in the key store {0} is not valid before {1}: clients that verify it reject TLS by upgrade", file, from);
        }
    }
}
