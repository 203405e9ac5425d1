package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.servlet.capture.CaptureFiles;
import io.github.changeover.servlet.capture.CaptureOutcome;
import io.github.changeover.servlet.capture.CapturedBody;
import io.github.changeover.servlet.capture.CapturedRequest;
import io.github.changeover.servlet.capture.CapturedResponse;
import io.github.changeover.servlet.capture.RequestMemory;
import io.github.changeover.spi.OriginalResponse;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The capture with servlets and dispatchers of a real container. The filter of the test replaces the filter that would perform
 * the switch.
 */
@Covers("RFC9110-7.8-16")
class CaptureOnTomcatTest {
    @TempDir
    static Path folder;
    private static Tomcat tomcat;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve("app")).resolve("page.html"), "<p>page");
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        StandardContext context = (StandardContext) tomcat.addContext("", folder.resolve("app").toString());
        context.setSuspendWrappedResponseAfterForward(true);    // the default of Tomcat 11
        context.addMimeMapping("html", "text/html");
        context.addServletContainerInitializer((classes, application) -> {
            application.addFilter("capture", filter()).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
            var forward = application.addServlet("forward", servlet((request, response) -> request.getRequestDispatcher("/page.html").forward(request, response)));
            forward.addMapping("/forward");
            var include = application.addServlet("include", servlet((request, response) -> {
                response.getWriter().print("before ");
                request.getRequestDispatcher("/page.html").include(request, response);
                response.getWriter().print(" after");
            }));
            include.addMapping("/include");
            var async = application.addServlet("async", servlet((request, response) -> {
                response.setContentType("text/plain");
                response.getWriter().print("first ");
                var processing = request.startAsync(request, response);
                processing.start(() -> {
                    try {
                        processing.getResponse().getWriter().print("second");
                    } catch (IOException failure) {
                        throw new java.io.UncheckedIOException(failure);
                    }
                    processing.complete();
                });
            }));
            async.setAsyncSupported(true);
            async.addMapping("/async");
            var session = application.addServlet("session", servlet((request, response) -> request.getSession()));
            session.addMapping("/session");
        }, null);
        Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
        context.addServletMappingDecoded("/", "default");
        tomcat.getConnector();
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    private interface Service {
        void serve(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    private static HttpServlet servlet(Service service) {
        return new HttpServlet() {
            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                try {
                    service.serve(request, response);
                } catch (IOException | RuntimeException failure) {
                    throw failure;
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }
        };
    }

    /** Responds to a complete capture with a field that only an unmodified response accepts. */
    private static Filter filter() {
        return new Filter() {
            @Override
            public void doFilter(jakarta.servlet.ServletRequest request, jakarta.servlet.ServletResponse given, jakarta.servlet.FilterChain chain)
                    throws IOException, jakarta.servlet.ServletException {
                HttpServletResponse response = (HttpServletResponse) given;
                CapturedResponse captured = new CapturedResponse(response, new CapturedBody(1024, CaptureFiles.NONE, new RequestMemory(new MemoryBudget(1 << 20))), null, true);
                chain.doFilter(new CapturedRequest((HttpServletRequest) request, captured, Optional.empty()), captured);
                if (captured.outcome() instanceof CaptureOutcome.Complete whole) {
                    OriginalResponse answer = whole.response();
                    assertThat(response.isCommitted()).isFalse();
                    response.setStatus(299);
                    response.setHeader("X-Captured", answer.status() + " " + answer.fields().first("Content-Type").orElse("-")
                            + " " + answer.fields().contains("Set-Cookie"));
                    response.getOutputStream().write(answer.body().bytes());
                }
            }
        };
    }

    private static HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void assertCaptured(String path, String head, String body) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(299);
        assertThat(response.headers().firstValue("X-Captured")).hasValue(head);
        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void staticPageIsCaptured() throws Exception {
        assertCaptured("/page.html", "200 text/html false", "<p>page");
    }

    @Test
    void forwardDoesNotSuspendTheRealResponse() throws Exception {
        assertCaptured("/forward", "200 text/html false", "<p>page");
    }

    @Test
    void includeIsCaptured() throws Exception {
        HttpResponse<String> response = get("/include");
        assertThat(response.statusCode()).isEqualTo(299);
        assertThat(response.body()).isEqualTo("before <p>page after");
    }

    @Test
    void errorPageIsCaptured() throws Exception {
        HttpResponse<String> response = get("/none");
        assertThat(response.statusCode()).isEqualTo(299);
        assertThat(response.headers().firstValue("X-Captured").orElse("")).startsWith("404 text/plain");
        assertThat(response.body()).startsWith("404 ");
    }

    @Test
    void sessionCookieIsCaptured() throws Exception {
        assertCaptured("/session", "200 - true", "");
    }

    @Test
    void asynchronousResponseStaysOrdinaryHttp() throws Exception {
        HttpResponse<String> response = get("/async");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain;charset=ISO-8859-1");
        assertThat(response.body()).isEqualTo("first second");
    }
}
