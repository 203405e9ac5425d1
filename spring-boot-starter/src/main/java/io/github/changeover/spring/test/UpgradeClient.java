package io.github.changeover.spring.test;

import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.springframework.core.env.Environment;

/** Requests upgrades from the web server of a test, on the port that {@code @LocalServerPort} injects. Thread-safe. */
public final class UpgradeClient {
    private final Environment environment;
    private final String contextPath;

    UpgradeClient(Environment environment) {
        this.environment = environment;
        this.contextPath = environment.getProperty("server.servlet.context-path", "");
    }

    /**
     * Connects and sends a GET request with {@code Upgrade}. The response has not been read: call {@link Wire#readHead()}. The caller closes the
     * connection.
     *
     * @param path     the path within the application
     * @param protocol the offered protocol, such as {@code example/1}
     * @param fields   more header fields, each as {@code Name: value}
     * @throws IllegalStateException if the test has no running web server
     */
    public Wire upgrade(String path, String protocol, String... fields) throws IOException {
        Integer port = environment.getProperty("local.server.port", Integer.class);
        if (port == null) throw new IllegalStateException("The test has no web server: use @SpringBootTest(webEnvironment = RANDOM_PORT)");
        StringBuilder request = new StringBuilder("GET " + contextPath + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n");
        for (String field : fields) request.append(field).append("\r\n");
        return Wire.connect("localhost", port).send(request.append("\r\n").toString());
    }
}
