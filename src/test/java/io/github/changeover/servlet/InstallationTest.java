package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.Changeover;
import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.InstanceFactory;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.Wire;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A framework without initializers and fragments, which installs Changeover in an embedded Tomcat. */
@DisplayName("an application in which a framework installs Changeover")
class InstallationTest {
    @TempDir
    Path folder;
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private final InstanceFactory framework = new InstanceFactory() {
        @Override
        public <T> Instance<T> create(Class<T> type) {
            calls.add("create " + type.getSimpleName());
            Object made = type == Words.class ? new Words("made by the framework") : new Hello("hello by the framework");
            return new Instance<>(type.cast(made), () -> calls.add("release " + type.getSimpleName()));
        }

        @Override
        public <T> List<T> beans(Class<T> type) {
            return type == UpgradeProtocol.class ? List.of(type.cast(new Named("one/1")), type.cast(new Named("two/1"))) : List.of();
        }
    };
    private final BlockingQueue<Integer> statusesSeenByAFilter = new LinkedBlockingQueue<>();
    private Tomcat tomcat;
    private ServletContext context;

    /** Sends a text. It has no constructor that Changeover could call. */
    @UpgradeEndpoint(value = "/words", protocol = "words/1")
    public static final class Words implements ConnectionHandler.Blocking {
        private final String text;

        Words(String text) {
            this.text = text;
        }

        @Override
        public void serve(BlockingConnection connection) throws IOException {
            connection.output().write((text + "\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** The same for WebSocket. */
    @ServerEndpoint("/hello")
    public static final class Hello {
        private final String text;

        Hello(String text) {
            this.text = text;
        }

        @OnOpen
        public void opened(Session session) throws IOException {
            session.getBasicRemote().sendText(text);
        }
    }

    /** Sends its name. */
    private record Named(String name) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(name));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection -> connection.output().write((name + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
    }

    @BeforeEach
    void prepare() {
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        tomcat.setConnector(connector);
    }

    /** Starts the application. The installer is called as by the framework's own initializer. */
    private void start(Installation installation) throws Exception {
        StandardContext application = new StandardContext();
        application.setPath("");
        application.setDocBase(folder.toString());
        application.addLifecycleListener(new Tomcat.FixContextListener());
        application.addParameter("changeover.idle", "7s");      // not read
        tomcat.getHost().addChild(application);
        application.addServletContainerInitializer((classes, servlets) -> {
            context = servlets;
            installation.install(servlets);
            servlets.addFilter("statuses", (request, response, chain) -> {
                chain.doFilter(request, response);
                statusesSeenByAFilter.add(((HttpServletResponse) response).getStatus());
            }).addMappingForUrlPatterns(null, false, "/*");
            servlets.addServlet("page", new HttpServlet() {
                private static final long serialVersionUID = 1;

                @Override
                protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    response.getWriter().print("a page");
                }
            }).addMapping("/*");
        }, null);
        tomcat.start();
    }

    @AfterEach
    void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    private Wire upgrade(String path, String protocol, String... fields) throws IOException {
        URI server = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort());
        return Wire.connect(server).send("GET " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n" + String.join("", fields) + "\r\n");
    }

    private int status(String path, String protocol) throws IOException {
        try (Wire wire = upgrade(path, protocol)) {
            return wire.readHead().status();
        }
    }

    private String firstLine(String path, String protocol) throws IOException {
        try (Wire wire = upgrade(path, protocol)) {
            assertThat(wire.readHead().status()).as(path).isEqualTo(101);
            return wire.readLine().strip();
        }
    }

    private String nextCall() throws InterruptedException {
        return String.valueOf(calls.poll(10, TimeUnit.SECONDS));
    }

    private static Installation installation(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) values.put(settings[i], settings[i + 1]);
        return new Installation().settings(values);
    }

    @Test
    void instancesAreMadeByTheFrameworkAndReleased() throws Exception {
        start(installation().instances(framework).endpoints(Set.of(Words.class)));
        assertThat(firstLine("/words", "words/1")).isEqualTo("made by the framework");
        assertThat(List.of(nextCall(), nextCall())).containsExactly("create Words", "release Words");
    }

    @Test
    void webSocketEndpointsAreMadeByTheFrameworkAndReleased() throws Exception {
        start(installation().instances(framework));
        ((ServerContainer) context.getAttribute(ServerContainer.class.getName())).addEndpoint(Hello.class);
        ((ServerContainer) context.getAttribute(ServerContainer.class.getName())).addEndpoint(Hello.class);       // a second time, as by a scan and an exporter
        try (Wire wire = upgrade("/hello", "websocket", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readText(2 + "hello by the framework".length())).endsWith("hello by the framework");
        }
        assertThat(List.of(nextCall(), nextCall())).containsExactly("create Hello", "release Hello");
    }

    @Test
    void twoBeansOfOneClassAreTwoProtocols() throws Exception {
        start(installation("changeover.path./one.protocols", "one/1", "changeover.path./two.protocols", "two/1").instances(framework));
        assertThat(firstLine("/one", "one/1")).isEqualTo("one/1");
        assertThat(firstLine("/two", "two/1")).isEqualTo("two/1");
    }

    @Test
    void gateForEveryPathAppliesToAllPaths() throws Exception {
        start(installation("changeover.path./one.protocols", "one/1").instances(framework).endpoints(Set.of(Words.class)));
        List<String> checked = new ArrayList<>();
        Changeover.of(context).gate((request, candidate) -> {
            checked.add(request.path() + " " + candidate);
            return request.path().equals("/one") ? Optional.of(new Decision.Refuse(403, "not here")) : Optional.empty();
        });
        assertThat(List.of(status("/one", "one/1"), status("/words", "words/1"), status("/page", "one/1"))).containsExactly(403, 101, 200);
        assertThat(checked).containsExactly("/one one/1", "/words words/1");
    }

    @Test
    void filtersSeeTheStatusOfTheUpgrade() throws Exception {
        start(installation().instances(framework).endpoints(Set.of(Words.class)));
        assertThat(List.of(status("/words", "words/1"), status("/words", "other/1"), status("/page", "words/1"))).containsExactly(101, 200, 200);
        assertThat(List.of(nextStatus(), nextStatus(), nextStatus())).containsExactly(101, 200, 200);
    }

    private Integer nextStatus() throws InterruptedException {
        return statusesSeenByAFilter.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void settingsOfTheFrameworkAreTheOnlySource() throws Exception {
        System.setProperty("changeover.stall", "11s");
        try {
            start(installation("changeover.drain", "PT3S"));
        } finally {
            System.clearProperty("changeover.stall");
        }
        assertThat(UpgradeManagement.of(context).orElseThrow().report().settings()).containsEntry("drain", "3s").containsEntry("idle", "300s").containsEntry("stall", "30s");
    }

    @Test
    void startReportsAnUnknownSettingToTheFramework() {
        FakeServletContext fake = new FakeServletContext();
        installation("changeover.idel", "5m").install(fake.context);
        assertThatThrownBy(() -> Installation.start(fake.context)).isInstanceOf(ServletException.class).hasMessageContaining("The setting changeover.idel is '5m'. Allowed: no such setting");
    }

    /** The same path and protocol as {@link Words}. */
    @UpgradeEndpoint(value = "/words", protocol = "words/1")
    public static final class SameWords implements ConnectionHandler.Blocking {
        @Override
        public void serve(BlockingConnection connection) {
        }
    }

    @Test
    void twoEndpointsWithOnePathAndProtocolAreAMistake() {
        FakeServletContext fake = new FakeServletContext();
        installation().instances(framework).endpoints(List.of(Words.class, SameWords.class)).install(fake.context);
        assertThatThrownBy(() -> Installation.start(fake.context)).isInstanceOf(ServletException.class)
                .hasMessageContaining("Two @UpgradeEndpoint classes have the path /words and the protocol words/1: " + Words.class.getName() + " and " + SameWords.class.getName());
    }

    @Test
    void reasonForNoSupportNamesTheContainer() {
        FakeServletContext fake = new FakeServletContext();
        assertThat(Installation.reasonForNoSupport(fake.context).orElseThrow()).startsWith("This container is not supported: ");
        fake.parameters.put("changeover.container", "unchecked");
        assertThat(Installation.reasonForNoSupport(fake.context)).isEmpty();
    }

    @Test
    void ownInitializersLeaveTheInstallationToTheFramework() throws IOException {
        Path marker = folder.resolve(Installation.DEFERRED);
        Files.createDirectories(marker.getParent());
        Files.writeString(marker, "a framework");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, InstallationTest.class.getClassLoader())) {
            FakeServletContext fake = new FakeServletContext();
            fake.loader = loader;
            new EndpointScan().onStartup(Set.of(Words.class), fake.context);
            assertThat(fake.mappings).isEmpty();
            assertThat(fake.listeners).isEmpty();
            new Installation().install(fake.context);
            assertThat(fake.mappings).contains("changeover-outer addMappingForUrlPatterns false /*");
            assertThat(EndpointScan.found(fake.context).endpoints()).containsExactly(Words.class);
        }
    }
}
