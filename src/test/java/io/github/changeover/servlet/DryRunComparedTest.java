package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.Changeover;
import io.github.changeover.dryrun.DryRun;
import io.github.changeover.dryrun.TypedRequest;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dry run of a request, compared byte by byte with the response of the filters to the same request. */
class DryRunComparedTest {
    @TempDir
    static Path folder;
    private static Tomcat tomcat;
    private static ServletContext context;

    private record Protocol(String name, Decision decision) implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of(name));
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return decision;
        }
    }

    private static UpgradeProtocol switching(Fields fields, String... layers) {
        return new Protocol(layers[0], new Decision.Switch(Stream.of(layers).map(ProtocolToken::of).toList(), fields, made -> (ConnectionHandler.Blocking) connection -> { }));
    }

    private static UpgradeProtocol rejecting(int status, String reason, String... fields) {
        return new Protocol("foo/2", new Decision.Refuse(status, Fields.of(fields), reason));
    }

    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setHeader("X-Page", "1");
            response.getOutputStream().print("page");
        }
    }

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        tomcat.setConnector(connector);
        StandardContext application = (StandardContext) tomcat.addContext("", folder.toString());
        application.addServletContainerInitializer(new EndpointScan(), null);
        application.addServletContainerInitializer((classes, servlets) -> {
            context = servlets;
            servlets.addServlet("page", new Page()).addMapping("/");
            Changeover offers = Changeover.of(context);
            offers.path("/switch").offer(switching(Fields.of("X-Foo", "1", "X-Foo", "2", "Connection", "close", "Content-Length", "5", "Keep-Alive", "timeout=1"), "foo/2"));
            offers.path("/layers").offer(switching(Fields.none(), "foo/2", "HTTP/1.1"));
            offers.path("/required").offer(switching(Fields.none(), "foo/2")).required();
            offers.path("/advertised").offer(switching(Fields.none(), "foo/2")).advertise().closeOnRefuse();
            offers.path("/closing").offer(switching(Fields.none(), "foo/2")).closeOnRefuse();
            offers.path("/busy").offer(rejecting(503, "Später wieder.", "Retry-After", "5", "X-Busy", "a", "X-Busy", "b"));
            offers.path("/version").offer(rejecting(426, "Version 13, please.", "Sec-WebSocket-Version", "13"));
            offers.path("/members").offer(switching(Fields.none(), "foo/2")).roles("member");
            offers.path("/challenge").offer(rejecting(401, "Log in.", "WWW-Authenticate", "Basic realm=\"a\""));
        }, null);
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    static Stream<TypedRequest> requests() {
        List<TypedRequest> all = new ArrayList<>();
        for (String path : List.of("/switch", "/layers", "/required", "/advertised", "/closing", "/busy", "/version", "/challenge", "/none")) {
            all.add(offering("GET", path, "foo/2"));
            all.add(offering("GET", path, "bar"));
            all.add(offering("HEAD", path, "bar, FOO/2"));
            all.add(TypedRequest.of("GET", path, "HTTP/1.1", List.of("Host: localhost")));
            all.add(TypedRequest.of("GET", path, "HTTP/1.0", List.of("Host: localhost", "Connection: upgrade", "Upgrade: foo/2")));
        }
        return all.stream();
    }

    private static TypedRequest offering(String method, String path, String tokens) {
        return TypedRequest.of(method, path, "HTTP/1.1", List.of("Host: localhost", "Connection: Upgrade", "Upgrade: " + tokens));
    }

    private static DryRun dryRun(TypedRequest request) throws Exception {
        Deployment deployment = Deployment.start(context);
        return DryRun.of(((TypedRequest.ParseResult.ParsedRequest) request.read()).request(), deployment.rules().policy(), deployment.toggles());
    }

    @ParameterizedTest
    @MethodSource("requests")
    void theResponseIsTheSame(TypedRequest request) throws Exception {
        DryRun expected = dryRun(request);
        String head = request.method() + " " + request.target() + " " + request.version() + "\r\n" + String.join("\r\n", request.lines()) + "\r\n\r\n";
        try (Wire wire = Wire.connect(URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort())).send(head)) {
            Head real = wire.readHead();
            List<String> fields = new ArrayList<>(fields(expected));
            boolean closedByTomcat = request.version().equals("HTTP/1.0") || real.status() == 503;
            if (closedByTomcat && fields.stream().noneMatch(line -> line.startsWith("connection:") && line.contains("close"))) fields.add("connection: close");
            assertThat(fields(real)).containsExactlyInAnyOrderElementsOf(fields);
            if (expected.response() instanceof UpgradeResponse.Ordinary) {
                assertThat(real.status()).isEqualTo(200);
                assertThat(real.only("X-Page")).isEqualTo("1");
            } else {
                assertThat(expected.head()).startsWith("HTTP/1.1 " + real.status() + " ");
                if (real.status() != 101 && !request.method().equals("HEAD")) assertThat(wire.readBody(real)).isEqualTo(expected.content().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void withoutALoginTheRejectionIs403() throws Exception {
        TypedRequest request = offering("GET", "/members", "foo/2");
        DryRun expected = dryRun(request);
        assertThat(expected.response()).isEqualTo(new UpgradeResponse.Login());
        UpgradeResponse.Rejection rejection = UpgradeResponse.withoutLogin(expected.verdict());
        try (Wire wire = Wire.connect(URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort()))
                .send("GET /members HTTP/1.1\r\n" + String.join("\r\n", request.lines()) + "\r\n\r\n")) {
            Head real = wire.readHead();
            assertThat(real.status()).isEqualTo(rejection.status()).isEqualTo(403);
            assertThat(wire.readBodyText(real)).isEqualTo(rejection.text());
        }
    }

    /** The fields of the response without those that Tomcat and the page add. */
    private static List<String> fields(Head real) {
        Set<String> ofTomcat = Set.of("date", "x-page", "keep-alive", "server");
        boolean page = real.has("X-Page");
        return real.fields().stream().filter(field -> !ofTomcat.contains(field.name().toLowerCase(Locale.ROOT)))
                .filter(field -> !page || Set.of("upgrade", "connection").contains(field.name().toLowerCase(Locale.ROOT))).map(field -> line(field.name(), field.value())).toList();
    }

    private static List<String> fields(DryRun expected) {
        return expected.fields().lines().stream().map(field -> line(field.name(), field.value())).toList();
    }

    private static String line(String name, String value) {
        return name.toLowerCase(Locale.ROOT) + ": " + value.toLowerCase(Locale.ROOT).replace("; ", ";");
    }
}
