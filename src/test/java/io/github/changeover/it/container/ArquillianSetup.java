package io.github.changeover.it.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Runs before Arquillian reads arquillian.xml: provides free ports, and for Payara a domain that listens only on loopback. */
public final class ArquillianSetup implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        String launch = System.getProperty("arquillian.launch");
        if (launch == null) {
            return;
        }
        String name = System.getProperty("changeover.test.container");
        Path base = TestDirectories.fresh(name);
        ListenerPorts ports = ListenerPorts.any().assigned();
        System.setProperty("changeover.arquillian.port", String.valueOf(ports.http()));
        LogCapture.start(name);
        if (launch.equals("payara")) {
            try {
                Path domain = PayaraDomain.embedded(base.resolve("domain.xml"), ports);
                System.setProperty("changeover.arquillian.domain", domain.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
