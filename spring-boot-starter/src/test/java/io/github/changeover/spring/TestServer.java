package io.github.changeover.spring;

import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/** A Spring Boot application with its web server on a free port of this machine. */
final class TestServer implements AutoCloseable {
    final ServletWebServerApplicationContext context;
    final int port;

    private TestServer(ServletWebServerApplicationContext context) {
        this.context = context;
        this.port = context.getWebServer().getPort();
    }

    /** Starts an application of these configurations. An argument is a property without dashes. */
    static TestServer start(List<Class<?>> configurations, String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=0", "--spring.main.banner-mode=off", "--spring.jmx.enabled=false"));
        for (String property : properties) arguments.add("--" + property);
        SpringApplication application = new SpringApplicationBuilder(configurations.toArray(Class[]::new)).build();
        application.setRegisterShutdownHook(false);
        return new TestServer((ServletWebServerApplicationContext) application.run(arguments.toArray(String[]::new)));
    }

    /** Requests an upgrade. The caller closes the connection. */
    Wire upgrade(String path, String protocol, String... fields) throws IOException {
        return Wire.connect("127.0.0.1", port).send("GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n"
                + String.join("", fields) + "\r\n");
    }

    /** Requests an upgrade and returns the head of the response. */
    Head headOf(String path, String protocol, String... fields) throws IOException {
        try (Wire wire = upgrade(path, protocol, fields)) {
            return wire.readHead();
        }
    }

    /** Opens a WebSocket. The caller closes the connection. */
    WebSocketWire webSocket(String path, String... fields) throws IOException {
        return new WebSocketWire(upgrade(path, "websocket", WebSocketWire.fields(fields)));
    }

    HttpResponse<String> request(String method, String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) request.headers(headers);
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        context.close();
    }
}
