package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the demo in a container without the filters of Changeover: the responses to ordinary HTTP requests. */
class DemoPagesTest {
    private static final String NO_BODY = "body-length: 0\nbody-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
    private static final String HELLO = "body-length: 5\nbody-sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n";
    @TempDir
    static Path folder;
    private static Tomcat tomcat;

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("/app", folder.toString());
        for (HttpServlet page : new HttpServlet[] {new RequestPage(), new EchoPage(), new UpgradeOnlyPage()}) {
            WebServlet mapping = page.getClass().getAnnotation(WebServlet.class);
            assertThat(mapping.asyncSupported()).isTrue();
            Tomcat.addServlet(context, page.getClass().getSimpleName(), page);
            for (String path : mapping.urlPatterns()) context.addServletMappingDecoded(path, page.getClass().getSimpleName());
        }
        tomcat.getConnector();
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
    }

    private static String response(String message) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", tomcat.getConnector().getLocalPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(message.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String body(String message) throws IOException {
        String answer = response(message);
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("Content-Type: text/plain;charset=UTF-8\r\n");
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void requestPageShowsTheRequestAsTheApplicationSeesIt() throws IOException {
        assertThat(body("POST /app/request?a=%20b&c HTTP/1.1\nHost: x\nX-TWO: 1\nContent-Length: 5\nx-two: 2\nConnection: close\n\nhello"))
                .isEqualTo("POST /app/request?a=%20b&c HTTP/1.1\nhost: x\nx-two: 1\nx-two: 2\ncontent-length: 5\nconnection: close\n\n" + HELLO);
    }

    @Test
    void requestPageShowsAnyMethod() throws IOException {
        for (String method : new String[] {"GET", "PUT", "DELETE", "OPTIONS", "PATCH", "REPORT"}) {
            assertThat(body(method + " /app/request HTTP/1.1\nHost: x\nConnection: close\n\n"))
                    .isEqualTo(method + " /app/request HTTP/1.1\nhost: x\nconnection: close\n\n" + NO_BODY);
        }
    }

    @Test
    void headHasTheFieldsOfItsPage() throws IOException {
        assertThat(response("HEAD /app/request HTTP/1.1\nHost: x\nConnection: close\n\n")).contains("Content-Length: ").endsWith("\r\n\r\n");
        assertThat(response("HEAD /app/echo HTTP/1.1\nHost: x\nConnection: close\n\n")).contains("Content-Length: ").endsWith("\r\n\r\n");
    }

    @Test
    @Covers("RFC9110-7.8-05")
    void echoPagesShowTheOfferedProtocols() throws IOException {
        assertThat(body("GET /app/echo HTTP/1.1\nHost: x\nConnection: close\n\n")).contains("foo/2, example/1, echo", "the client's first");
        assertThat(body("GET /app/server-order HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 0\n\n")).contains("foo/2, example/1, echo", "the server's first");
    }

    @Test
    void echoPageShowsRequestsWithContentOrOtherMethods() throws IOException {
        assertThat(body("GET /app/echo HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 5\n\nhello")).startsWith("GET /app/echo HTTP/1.1\n").endsWith(HELLO);
        assertThat(body("GET /app/echo HTTP/1.1\nHost: x\nConnection: close\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n")).endsWith(HELLO);
        assertThat(body("POST /app/server-order HTTP/1.1\nHost: x\nConnection: close\n\n")).startsWith("POST /app/server-order HTTP/1.1\n").endsWith(NO_BODY);
    }

    @Test
    void requiredPathWithoutTheFilterIs503() throws IOException {
        assertThat(response("GET /app/upgrade-only HTTP/1.1\nHost: x\nConnection: close\n\n")).startsWith("HTTP/1.1 503 ").contains("the filter that enforces it did not run");
    }
}
