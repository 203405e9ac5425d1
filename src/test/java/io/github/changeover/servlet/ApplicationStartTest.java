package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.servlet.rules.ApplicationRules;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.catalina.Container;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Tomcat that accepts requests before the servlets of its application are loaded, as in Spring Boot. */
@DisplayName("W1: requests while the application starts")
class ApplicationStartTest {
    private static final UpgradeProtocol LINES = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("lines/1"));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection -> { });
        }
    };
    @TempDir
    Path folder;
    private Tomcat tomcat;
    private DeferredContext application;
    private ServletContext context;
    private final StringBuffer log = new StringBuffer();
    private final Logger logger = Logger.getLogger("io.github.changeover");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord event) {
            log.append(event.getLevel()).append(' ').append(new SimpleFormatter().formatMessage(event)).append('\n');
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };

    /** Loads its servlets only when the test calls load(). */
    private static final class DeferredContext extends StandardContext {
        private Container[] servlets;

        @Override
        public boolean loadOnStartup(Container[] children) {
            servlets = children;
            return true;
        }

        void load() {
            assertThat(super.loadOnStartup(servlets)).isTrue();
        }
    }

    /** Offers a path when it is initialized. */
    private static final class OfferingServlet extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final String path;

        private OfferingServlet(String path) {
            this.path = path;
        }

        @Override
        public void init(ServletConfig config) {
            Changeover.of(config.getServletContext()).path(path).offer(LINES);
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("content");
        }
    }

    /** For every other path: Tomcat calls no filter without a servlet. */
    private static final class NotFoundServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(404);
        }
    }

    @BeforeEach
    void start() throws Exception {
        logger.addHandler(handler);
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        tomcat.setConnector(connector);
        application = new DeferredContext();
        application.setPath("");
        application.setDocBase(folder.toString());
        application.addLifecycleListener(new Tomcat.FixContextListener());
        tomcat.getHost().addChild(application);
        for (String[] setting : new String[][] {{"changeover.path./late/{x}.roles", "member"}, {"changeover.path./must.required", "true"},
            {"changeover.path./late/{x}.connections.max", "3"}, {"changeover.path./never.websocket.deflate", "false"},
            {"changeover.path./late/{x}.protocols", "lines/1"}, {"changeover.path./early.protocols", "lines/1, never/1"}}) {
            application.addParameter(setting[0], setting[1]);
        }
        application.addServletContainerInitializer(new EndpointScan(), null);
        application.addServletContainerInitializer((classes, servlets) -> {
            context = servlets;
            servlets.addListener(new ServletContextListener() {
                @Override
                public void contextInitialized(ServletContextEvent event) {
                    Changeover.of(context).path("/early").offer(LINES);      // after the last listener of Changeover has started everything
                }
            });
            ServletRegistration.Dynamic startup = servlets.addServlet("startup", new OfferingServlet("/late/{y}"));
            startup.setLoadOnStartup(1);
            startup.addMapping("/startup");
            servlets.addServlet("none", new NotFoundServlet()).addMapping("/");
            servlets.addServlet("lazy", new OfferingServlet("/lazy/line")).addMapping("/lazy/*", "/must");
        }, null);
        tomcat.start();
    }

    @AfterEach
    void stop() throws Exception {
        logger.removeHandler(handler);
        tomcat.stop();
        tomcat.destroy();
    }

    private URI server() {
        return URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort());
    }

    private Head ask(String path, String... fields) throws IOException {
        try (Wire wire = Wire.connect(server()).send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", fields) + "\r\n")) {
            return wire.readHead();
        }
    }

    private Head upgrade(String path, String token) throws IOException {
        return ask(path, "Connection: Upgrade\r\n", "Upgrade: " + token + "\r\n");
    }

    private List<Integer> statuses(String... paths) throws IOException {
        List<Integer> all = new ArrayList<>();
        for (String path : paths) all.add(upgrade(path, "lines/1").status());
        return all;
    }

    @Test
    void upgradeRequestsDuringTheStartAre503AndFixNoPaths() throws IOException {
        Head early = upgrade("/early", "lines/1");
        assertThat(early.status()).isEqualTo(503);
        assertThat(early.only("Retry-After")).isEqualTo("5");
        assertThat(upgrade("/early", "h2c").status()).as("not supported").isEqualTo(404);
        assertThat(ask("/early").status()).isEqualTo(404);
        assertThat(ask("/must").only("Retry-After")).as("never content").isEqualTo("5");
        assertThat(upgrade("/must", "lines/1").status()).isEqualTo(503);
        assertThat(UpgradeManagement.of(context).orElseThrow().decisions().get(0).explanation().summary()).isEqualTo("refused with 503, the application is starting");
        assertThat(log).doesNotContain("offers lines/1");

        application.load();
        assertThat(log).contains("/early offers lines/1", "/late/{y} offers lines/1 in the client's order, for [member]").doesNotContain("After the start");
        assertThat(statuses("/early", "/late/1")).as("the setting of a late path applies").containsExactly(101, 403);
        assertThat(ask("/must").status()).as("never content").isEqualTo(503);
        assertThat(log.toString().lines().filter(line -> line.startsWith("WARNING") && line.contains("no protocol is offered on [/must, /never]"))).hasSize(1);
        assertThat(log.toString().lines().filter(line -> line.startsWith("WARNING") && line.endsWith("no protocol can be added from now on: [never/1 (changeover.path./early.protocols)]"))).hasSize(1);
    }

    @Test
    void ordinaryRequestsFixNoPathsAndLazyServletsMayOffer() throws IOException {
        application.load();
        assertThat(List.of(ask("/startup").status(), upgrade("/startup", "h2c").status(), upgrade("/startup", "lines/1").status(), upgrade("/early", "other/1").status()))
                .containsExactly(200, 200, 200, 404);
        assertThat(ask("/lazy/page").status()).isEqualTo(200);
        assertThat(log).contains("INFO After the start: /lazy/line offers lines/1 in the client's order");
        assertThat(UpgradeManagement.of(context).orElseThrow().report().paths()).extracting("template").contains("/early", "/late/{y}", "/lazy/line");
        assertThat(statuses("/lazy/line")).containsExactly(101);
        assertThatThrownBy(() -> Changeover.of(context).path("/more")).isInstanceOf(IllegalStateException.class).hasMessageContaining("GET /lazy/line at 20");
        assertThat(UpgradeManagement.of(context).orElseThrow().counts().opened()).containsKey("lines/1");
    }

    @Test
    void everyClientDuringTheStartIsUpgradedOr503() throws Exception {
        Set<String> seen = new ConcurrentSkipListSet<>();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger switched = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Thread client = new Thread(() -> {
                try {
                    for (int n = 0; n < 2000 && switched.get() < 200; n++) {
                        Head head = upgrade("/early", "lines/1");
                        seen.add(head.status() + (head.only("Retry-After") == null ? "" : " later"));
                        (head.status() == 101 ? switched : refused).incrementAndGet();
                    }
                } catch (IOException | AssertionError failure) {
                    seen.add(failure.toString());
                    switched.set(200);
                }
            });
            clients.add(client);
            client.start();
        }
        while (refused.get() < 200 && switched.get() == 0) Thread.onSpinWait();
        application.load();
        for (Thread client : clients) client.join(30_000);
        assertThat(seen).containsExactly("101", "503 later");
        assertThat(statuses("/late/1")).as("offered although other paths were requested before").containsExactly(403);
    }

    @Test
    void limitsApplyWhateverTheVariableNames() throws ServletException {
        application.load();
        ApplicationRules rules = Deployment.start(context).rules();
        assertThat(rules.connectionLimits().paths()).containsExactly(Map.entry("/late/{y}", 3));
        assertThat(rules.waiting()).extracting(Object::toString).containsExactly("/must");
        assertThat(application.findChild("changeover-last")).isInstanceOf(Wrapper.class);
    }

    @Test
    void templatesForTheSamePathsAreRejectedWithoutAChange() {
        application.load();
        assertThatThrownBy(() -> Changeover.of(context).path("/late/{z}").offer(LINES)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Two rules match the same paths");
        Changeover.of(context).path("/other").offer(LINES);
    }
}
