package io.github.changeover.servlet.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.Changeover;
import io.github.changeover.servlet.EndpointScan;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version of Tomcat in which a member is missing that only the event loops need. */
class MissingMemberTest {
    private static final String WRAPPER = "org.apache.tomcat.util.net.NioEndpoint$NioSocketWrapper";
    private static final String CONTEXT = "/missing-member";
    private final Logger logger = Logger.getLogger("io.github.changeover");
    private final List<LogRecord> logged = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line);
        }

        @Override
        public void flush() {
            // every line is kept at once
        }

        @Override
        public void close() {
            // nothing is open
        }
    };
    @TempDir
    private Path folder;

    /** Loads Tomcat and Changeover again, with another name for a field of Tomcat. */
    private static final class ChangedTomcat extends ClassLoader {
        private final String changed, field, name;

        ChangedTomcat(String changed, String field, String name) {
            super(ClassLoader.getPlatformClassLoader());
            this.changed = changed;
            if (field.length() != name.length()) throw new IllegalArgumentException("The names must have the same length");
            this.field = field;
            this.name = name;
        }

        @Override
        protected Class<?> findClass(String type) throws ClassNotFoundException {
            try (InputStream file = MissingMemberTest.class.getClassLoader().getResourceAsStream(type.replace('.', '/') + ".class")) {
                if (file == null) throw new ClassNotFoundException(type);
                byte[] bytes = file.readAllBytes();
                if (type.equals(changed)) bytes = new String(bytes, StandardCharsets.ISO_8859_1).replace(field, name).getBytes(StandardCharsets.ISO_8859_1);
                return defineClass(type, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(type, unreadable);
            }
        }

        @Override
        protected URL findResource(String resource) {
            return MissingMemberTest.class.getClassLoader().getResource(resource);
        }

        @Override
        protected Enumeration<URL> findResources(String resource) throws IOException {
            return MissingMemberTest.class.getClassLoader().getResources(resource);
        }
    }

    /** Runs in that class loader: starts an application, exchanges messages, and returns how many connections the event loops report. */
    public static final class Exchange implements Callable<Integer> {
        private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
        private final Path folder;

        public Exchange(Path folder) {
            this.folder = folder;
        }

        @Override
        public Integer call() throws Exception {
            TomcatURLStreamHandlerFactory.disable();        // it exists once in a JVM
            Tomcat tomcat = new Tomcat();
            tomcat.setSilent(true);
            tomcat.setBaseDir(folder.toString());
            Connector connector = new Connector();
            connector.setPort(0);
            connector.setProperty("address", "127.0.0.1");
            tomcat.setConnector(connector);
            Context application = tomcat.addContext(CONTEXT, folder.toString());
            application.setParentClassLoader(Exchange.class.getClassLoader());
            application.addServletContainerInitializer((classes, context) -> Changeover.of(context).path("/echo").offer(new Echo()), null);
            application.addServletContainerInitializer(new EndpointScan(), null);
            Tomcat.addServlet(application, "page", new Page());
            application.addServletMappingDecoded("/echo", "page");
            tomcat.start();
            try (Wire wire = Wire.connect("127.0.0.1", connector.getLocalPort()).send(Message.offering(CONTEXT + "/echo", "echo"))) {
                if (wire.readHead().status() != 101) throw new IllegalStateException("not switched");
                for (int i = 0; i < 9; i++) {
                    if (!wire.send("message " + i).readText(9).equals("message " + i)) throw new IllegalStateException("not the bytes that were sent");
                }
                ObjectName bean = JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(CONTEXT) + ",*"), null).iterator().next();
                return (Integer) JMX.getAttribute(bean, "Loops") == 0 ? 0 : (Integer) JMX.getAttribute(bean, "LoopConnections");
            } finally {
                tomcat.stop();
                tomcat.destroy();
            }
        }
    }

    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;
    }

    private static final class Echo implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("echo"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, made -> new ConnectionHandler.Events() {
                @Override
                public void received(SwitchedConnection connection, ByteBuffer bytes) {
                    connection.send(bytes);
                }
            });
        }
    }

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    private int connectionsOnLoops(String changed, String field, String name) throws Exception {
        Constructor<?> constructor = Class.forName(Exchange.class.getName(), true, new ChangedTomcat(changed, field, name)).getConstructor(Path.class);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(constructor.getDeclaringClass().getClassLoader());
        try {
            return (Integer) ((Callable<?>) constructor.newInstance(folder)).call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private List<String> lines(Level level) {
        return logged.stream().filter(line -> line.getLevel() == level).map(line -> MessageFormat.format(line.getMessage(), line.getParameters())).toList();
    }

    @Test
    void nativeTransportIsUsedWithoutEventLoops() throws Exception {
        assertThat(connectionsOnLoops(WRAPPER, "nioChannels", "allChannels")).isZero();
        assertThat(lines(Level.WARNING)).singleElement().asString().contains("'" + CONTEXT + "'", "Unsupported Tomcat version", "nioChannels", "not using event loops (changeover.loops)");
        assertThat(lines(Level.INFO)).anySatisfy(line -> assertThat(line).contains("(Tomcat edge)"));
    }

    @Test
    void servletApiIsUsedWithoutNativeTransport() throws Exception {
        assertThat(connectionsOnLoops("org.apache.tomcat.util.net.SecureNioChannel", "netInBuffer", "networkData")).isZero();
        assertThat(lines(Level.WARNING)).singleElement().asString().contains("'" + CONTEXT + "'", "Unsupported Tomcat version", "netInBuffer", "using the Servlet API only");
    }

    @Test
    void completeTomcatUsesEventLoops() throws Exception {
        assertThat(connectionsOnLoops(WRAPPER, "nioChannels", "nioChannels")).isEqualTo(1);
        assertThat(lines(Level.WARNING)).isEmpty();
    }
}
