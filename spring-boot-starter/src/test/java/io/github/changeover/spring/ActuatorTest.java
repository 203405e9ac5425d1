package io.github.changeover.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.changeover.spring.app.TestApplication;
import io.github.changeover.testkit.Wire;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

@DisplayName("the actuator")
class ActuatorTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(List.of(TestApplication.class), "management.endpoints.web.exposure.include=*", "management.endpoint.health.show-details=always",
                "management.endpoint.health.probes.enabled=true", "management.endpoint.changeover.access=unrestricted", "changeover.console=true", "changeover.health.path=/health", "changeover.metrics.path=/metrics");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void endpointShowsAndAbortsConnections() throws Exception {
        try (Wire wire = server.upgrade("/lines/garden", "line/1")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(server.request("GET", "/actuator/changeover").body()).contains("\"connections\":1", "\"/lines/{room}\":[\"line/1\"]", "\"draining\":false");
            String connections = server.request("GET", "/actuator/changeover/connections").body();
            assertThat(connections).contains("\"protocol\":\"line/1\"", "\"path\":\"/lines/garden\"");
            assertThat(server.request("GET", "/actuator/changeover/decisions").body()).contains("line/1");
            assertThat(server.request("GET", "/actuator/changeover/report").body()).contains("/lines/{room} offers line/1");
            assertThat(server.request("GET", "/actuator/changeover/nothing").statusCode()).isEqualTo(404);
            Object id = ((java.util.Map<?, ?>) JsonParserFactory.getJsonParser().parseList(connections).get(0)).get("id");
            assertThat(server.request("POST", "/actuator/changeover/abort/" + id, "Content-Type", "application/json").statusCode()).isEqualTo(204);
            wire.readLine();
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.RST);
            assertThat(server.request("POST", "/actuator/changeover/abort/" + id, "Content-Type", "application/json").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void drainTurnsReadinessOffAndLivenessNever() throws Exception {
        assertThat(server.request("POST", "/actuator/changeover/drain", "Content-Type", "application/json").statusCode()).isEqualTo(204);
        try {
            assertThat(server.request("GET", "/actuator/health/readiness").statusCode()).isEqualTo(503);
            assertThat(server.request("GET", "/actuator/health/liveness").statusCode()).isEqualTo(200);
            assertThat(server.request("GET", "/actuator/health/changeover").body()).contains("\"draining\":true", "\"status\":\"UP\"");
        } finally {
            server.request("POST", "/actuator/changeover/stopDraining", "Content-Type", "application/json");
        }
        assertThat(server.request("GET", "/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(101);
    }

    @Test
    @DisplayName("a drain may have a close code, in the content or in the query")
    void drainWithACloseCode() throws Exception {
        for (String query : List.of("", "?code=1001", "?code=1012")) {
            assertThat(server.request("POST", "/actuator/changeover/drain" + query, "Content-Type", "application/json").statusCode()).as(query).isEqualTo(204);
            assertThat(server.request("GET", "/actuator/changeover").body()).contains("\"draining\":true");
            server.request("POST", "/actuator/changeover/stopDraining", "Content-Type", "application/json");
        }
        HttpRequest content = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port + "/actuator/changeover/drain")).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"code\": 1012}")).build();
        assertThat(HttpClient.newHttpClient().send(content, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(204);
        server.request("POST", "/actuator/changeover/stopDraining", "Content-Type", "application/json");
        HttpResponse<String> invalid = server.request("POST", "/actuator/changeover/drain?code=1000", "Content-Type", "application/json");
        assertThat(invalid.statusCode()).isEqualTo(400);
        assertThat(invalid.body()).isEqualTo("The WebSocket close code of a drain is 1000. Allowed: 1001 (Going Away) or 1012 (Service Restart)");
        assertThat(server.request("POST", "/actuator/changeover/drain?code=soon", "Content-Type", "application/json").statusCode()).isEqualTo(400);
        assertThat(server.request("GET", "/actuator/changeover").body()).contains("\"draining\":false");
    }

    @Test
    @DisplayName("Changeover's own pages are there, too")
    void ownPages() throws Exception {
        assertThat(server.request("GET", "/health").body()).isEqualTo("up\n");
        assertThat(server.request("GET", "/metrics").body()).contains("changeover_connections");
        assertThat(server.request("GET", "/console").statusCode()).as("without the token").isEqualTo(403);
    }

    @Test
    void metersAreInTheRegistryOfTheApplication() throws Exception {
        MeterRegistry registry = server.context.getBean(MeterRegistry.class);
        double before = registry.get("changeover.opened").tag("protocol", "line/1").functionCounter().count();
        assertThat(server.headOf("/lines/garden", "line/1").status()).isEqualTo(101);
        await().untilAsserted(() -> assertThat(registry.get("changeover.opened").tag("protocol", "line/1").functionCounter().count()).isGreaterThan(before));
    }

    @Test
    @DisplayName("http.server.requests has an upgrade as a request with status 101")
    void httpRequestsAreNotPolluted() throws Exception {
        MeterRegistry registry = server.context.getBean(MeterRegistry.class);
        assertThat(server.headOf("/lines/metered", "line/1").status()).isEqualTo(101);
        assertThat(server.request("GET", "/page").statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(registry.find("http.server.requests").timers()).extracting(timer -> timer.getId().getTag("uri") + " " + timer.getId().getTag("status"))
                .contains("/page 200", "UNKNOWN 101").doesNotContain("UNKNOWN 200", "/** 200", "/** 404", "NOT_FOUND 404"));
    }
}
