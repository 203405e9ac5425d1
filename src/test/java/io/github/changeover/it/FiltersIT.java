package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnGlassFish7;
import io.github.changeover.it.container.OnWildFly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the filters of an application, from every source: all of them run before a switch, and a response that they send after the chain replaces the 101. */
@OnContainer
@OnGlassFish7
@OnWildFly
class FiltersIT {
    private static final String WEB_XML = """
            <listener><listener-class>guards.Start</listener-class></listener>
            <filter><filter-name>web-xml</filter-name><filter-class>guards.Guard</filter-class><async-supported>true</async-supported></filter>
            <filter><filter-name>web-xml-named</filter-name><filter-class>guards.Guard</filter-class><async-supported>true</async-supported></filter>
            <filter-mapping><filter-name>web-xml-named</filter-name><servlet-name>page</servlet-name></filter-mapping>
            <filter-mapping><filter-name>web-xml</filter-name><url-pattern>/*</url-pattern></filter-mapping>""";
    /** The servlets of the library, for a container that does not find them by their annotations. */
    private static final String SERVLETS = """
            <servlet><servlet-name>page</servlet-name><servlet-class>guards.Page</servlet-class><async-supported>true</async-supported></servlet>
            <servlet><servlet-name>seen</servlet-name><servlet-class>guards.Seen</servlet-class></servlet>
            <servlet-mapping><servlet-name>page</servlet-name><url-pattern>/page/*</url-pattern></servlet-mapping>
            <servlet-mapping><servlet-name>seen</servlet-name><url-pattern>/seen</url-pattern></servlet-mapping>""";
    private static final String CONTEXT = "/guards";
    private static ApplicationClient guards;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("guards").library("guards").webXml(webXml(container)).build(), CONTEXT);
        guards = ApplicationClient.of(container, CONTEXT);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(CONTEXT);
    }

    /** The elements of web.xml for the library {@code guards}. */
    static String webXml(ContainerUnderTest container) {
        return ContainerDifferences.findsAnnotatedServletsInLibraries(container) ? WEB_XML : WEB_XML + SERVLETS;
    }

    private static Wire offer(String page, String key, String query) throws IOException {
        return guards.offer("/page/" + page + "?key=" + key + "&" + query, "greeting");
    }

    private static List<String> recordedEvents(String key) throws IOException {
        return List.of(guards.page("/seen?of=" + key).split(","));
    }

    @Test
    @Covers({"RFC9110-7.8-06", "RFC9110-11.6-01"})
    void everyFilterRunsBeforeTheHandlerIsCreated() throws IOException {
        try (Wire wire = offer("all", "all", "")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("nobody []\n");
        }
        assertThat(recordedEvents("all")).endsWith("handler").hasSize(8).containsSubsequence(
                "web-xml", "fragment", "listener-after", "web-xml-named", "initializer-named", "handler")
                .contains("initializer-front", "listener-before");
    }

    @ParameterizedTest
    @ValueSource(strings = {"initializer-front", "listener-before", "web-xml", "fragment", "listener-after", "web-xml-named", "initializer-named"})
    @Covers("RFC9110-11.6-01")
    void requestRejectedByAFilterIsNotSwitched(String filter) throws IOException {
        try (Wire wire = offer("refused", "refuse-" + filter, filter + "=refuse")) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
        assertThat(recordedEvents("refuse-" + filter)).contains(filter).doesNotContain("handler", "page");
    }

    @ParameterizedTest
    @ValueSource(strings = {"web-xml=redirect", "web-xml-named=redirect", "web-xml=redirect-after", "listener-before=redirect-after"})
    @Covers("RFC9110-15.4-01")
    void filterMayRedirect(String query) throws IOException {
        try (Wire wire = offer("redirected", query.replace('=', '-'), query)) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(302);
            assertThat(head.only("Location")).endsWith("/elsewhere");
        }
        assertThat(recordedEvents(query.replace('=', '-'))).doesNotContain("handler", "page");
    }

    @Test
    @Covers("RFC9110-15.4-01")
    void protocolMayRedirect() throws IOException {
        try (Wire wire = offer("moved", "moved", "")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(307);
            assertThat(head.only("Location")).endsWith("/elsewhere");
            assertThat(wire.readBodyText(head)).isEqualTo("It is elsewhere.\n");
        }
    }

    @Test
    @Covers("RFC9110-7.8-06")
    void ignoredRequestReachesTheApplicationOnce() throws IOException {
        try (Wire wire = offer("ignored", "ignored", "")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).isEqualTo("the page");
        }
        assertThat(recordedEvents("ignored")).endsWith("page").containsOnlyOnce("page", "web-xml", "initializer-named");
    }

    @ParameterizedTest
    @ValueSource(strings = {"initializer-front", "listener-before", "web-xml", "initializer-named"})
    @Covers("GEN-03")
    void responseCommittedAfterTheChainReplacesThe101(String filter, ContainerUnderTest container) throws IOException {
        try (Wire wire = offer("committed-" + filter, "commit-" + filter, filter + "=commit-after")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.has("Upgrade")).isFalse();
            assertThat(wire.readBodyText(head)).isEqualTo("said by " + filter);
        }
        assertThat(recordedEvents("commit-" + filter)).doesNotContain("handler", "page");
        assertThat(container.log().lines().filter(line -> line.contains("/page/committed-" + filter + " was accepted for an upgrade to"))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"initializer-front", "listener-before", "web-xml", "initializer-named"})
    @Covers("RFC9110-11.6-01")
    void statusSetAfterTheChainIsSent(String filter) throws IOException {
        try (Wire wire = offer("late", "late-" + filter, filter + "=refuse-after")) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
        assertThat(recordedEvents("late-" + filter)).doesNotContain("handler", "page");
    }

    @ParameterizedTest
    @ValueSource(strings = {"initializer-front", "listener-before", "web-xml", "initializer-named"})
    @Covers("GEN-01")
    void exceptionAfterTheChainIs500WithoutAHandler(String filter) throws IOException {
        try (Wire wire = offer("thrown", "throw-" + filter, filter + "=throw-after")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(500);
            assertThat(head.has("Upgrade")).isFalse();
        }
        assertThat(recordedEvents("throw-" + filter)).doesNotContain("handler", "page");
    }

    @Test
    void asynchronousFilterKeepsTheRequest() throws IOException {
        try (Wire wire = offer("async", "async", "web-xml=async")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(wire.readBodyText(head)).isEqualTo("the page");
        }
        assertThat(recordedEvents("async")).endsWith("page").doesNotContain("handler");
    }

    @ParameterizedTest
    @ValueSource(strings = {"initializer-front", "listener-before", "web-xml", "initializer-named"})
    void wrappedRequestsAndResponsesAreSwitched(String filter) throws IOException {
        try (Wire wire = offer("wrapped", "wrap-" + filter, filter + "=wrap")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readLine()).isEqualTo("nobody []\n");
            assertThat(wire.send("echo").readText(4)).isEqualTo("echo");
        }
    }

    @Test
    @Covers("GEN-04")
    void fieldsOfFiltersAreKeptExceptContentFields() throws IOException {
        try (Wire wire = offer("decorated", "decorate", "web-xml=decorate")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("X-Guard")).isEqualTo("web-xml");
            assertThat(head.only("Set-Cookie")).startsWith("guard=web-xml");
            assertThat(head.has("Content-Type")).isFalse();
            assertThat(head.has("Content-Length")).isFalse();
            assertThat(head.only("Upgrade")).isEqualTo("greeting");
            assertThat(wire.readLine()).isEqualTo("nobody []\n");
        }
    }
}
