package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatHosts;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks that neighbours with the same path are not reached: other versions of the application on Tomcat, and applications of another virtual host. */
@OnContainer
@NotOnTomcatServletEdge
@TomcatOnly
@EmbeddedOnly
class HostileVersionIT {
    private static final String OTHER_HOST = "other.test";
    private static TomcatHosts tomcat;

    @BeforeAll
    static void start(ContainerUnderTest container) {
        tomcat = TomcatHosts.start(container.name() + "-hosts", OTHER_HOST);
        tomcat.deploy(OTHER_HOST, "/app", "", neighbour("of-another-host"));
        tomcat.deploy(OTHER_HOST, "", "", neighbour("root-of-another-host"));
    }

    @AfterAll
    static void stop() {
        tomcat.close();
    }

    private static java.nio.file.Path neighbour(String name) {
        return War.plain(name).app("recording").set("name", name).build();
    }

    private static java.nio.file.Path ourApplication() {
        return War.with("ours-here").app("recording").protocolLibraries().set("name", "ours").set("changeover.path./h2c.protocols", "h2c").set("changeover.linger", "500ms")
                .webXml("<filter><filter-name>host</filter-name><filter-class>recording.HostFilter</filter-class></filter>"
                        + "<filter-mapping><filter-name>host</filter-name><url-pattern>/*</url-pattern></filter-mapping>").build();
    }

    private static Http2Wire upgraded(String path, String... fields) throws IOException {
        return Http2Wire.upgrade(Wire.connect(tomcat.http()), "GET", path, new int[] {3, 100}, fields).preface();
    }

    private static String ask(Http2Wire http, int stream, String authority, String path, String... fields) throws IOException {
        byte[] block = Http2Wire.block(":method", "GET", ":scheme", "http", ":path", path, ":authority", authority);
        byte[] more = Http2Wire.block(fields);
        byte[] all = java.util.Arrays.copyOf(block, block.length + more.length);
        System.arraycopy(more, 0, all, block.length, more.length);
        http.send(Http2Wire.HEADERS, Http2Wire.END_STREAM | Http2Wire.END_HEADERS, stream, all);
        List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == stream && frame.ends());
        return Http2Wire.text(answer, stream);
    }

    /** The response of an application over HTTP/1.1. */
    private static RawHttp.RawResponse ordinaryRequest(String host, String path, String... fields) throws IOException {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "Host: " + host;
        all[fields.length + 1] = "Connection: close";
        try (Wire wire = Wire.connect(tomcat.http()).send(RawHttp.raw("GET " + path + " HTTP/1.1", all))) {
            return RawHttp.readResponse(wire);
        }
    }

    private static String recorded(String host, String path, String... fields) throws IOException {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 1);
        all[fields.length] = "X-Record: 1";
        return ordinaryRequest(host, path, all).body();
    }

    @Test
    @DisplayName("S1: an application of another virtual host is not reached")
    void otherVirtualHostIsNotReached() throws IOException {
        tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "", ourApplication());
        try (Http2Wire http = upgraded("/app/h2c")) {
            recorded(OTHER_HOST, "/app/");
            assertThat(ask(http, 3, "localhost", "/app/page")).startsWith("application 'ours'");
            assertThat(ask(http, 5, OTHER_HOST, "/app/page")).contains("open another connection for this host");
            assertThat(ask(http, 7, "LOCALHOST", "/app/page")).startsWith("application 'ours'");
            assertThat(ask(http, 9, "localhost:1", "/app/page")).contains("open another connection for this host");
            assertThat(recorded(OTHER_HOST, "/app/")).isEmpty();
        } finally {
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "");
        }
    }

    @Test
    @DisplayName("S1: even if a filter has changed Host, no other application is reached")
    void hostChangedByAFilterReachesNoOther() throws IOException {
        tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "", ourApplication());
        try (Http2Wire http = upgraded("/app/h2c", "X-Forwarded-Host: " + OTHER_HOST)) {
            recorded(OTHER_HOST, "/app/");
            assertThat(ask(http, 3, OTHER_HOST, "/app/page")).doesNotStartWith("application");
            assertThat(recorded(OTHER_HOST, "/app/")).isEmpty();
        } finally {
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "");
        }
    }

    @Test
    @DisplayName("S1: an older version of the application, which keeps its sessions, is not reached")
    void olderVersionIsNotReached() throws IOException {
        tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "1", neighbour("older"));
        String session = ordinaryRequest("localhost", "/app/page?session").head().only("X-Session");
        tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "2", ourApplication());
        String cookie = "JSESSIONID=" + session;
        try (Http2Wire http = upgraded("/app/h2c")) {
            assertThat(ordinaryRequest("localhost", "/app/page", "Cookie: " + cookie).body()).as("by HTTP/1.1").startsWith("application 'older'");
            recorded("localhost", "/app/", "Cookie: " + cookie);
            assertThat(ask(http, 3, "localhost", "/app/page")).startsWith("application 'ours'");
            assertThat(ask(http, 5, "localhost", "/app/page", "cookie", "JSESSIONID=0123456789ABCDEF")).startsWith("application 'ours'");
            assertThat(ask(http, 7, "localhost", "/app/page", "cookie", cookie)).doesNotStartWith("application");
            assertThat(ask(http, 9, "localhost", "/app/page", "cookie", "a=b", "cookie", "$Version=1; JSESSIONID=\"" + session + "\"")).doesNotStartWith("application");
            assertThat(ask(http, 11, "localhost", "/app/page;jsessionid=" + session)).doesNotStartWith("application");
            assertThat(ask(http, 13, "localhost", "/app/page")).startsWith("application 'ours'");
            assertThat(recorded("localhost", "/app/", "Cookie: " + cookie)).isEmpty();
        } finally {
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "2");
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "1");
        }
    }

    @Test
    @DisplayName("S1: a newer version of the application, deployed while the connection is open, is not reached")
    void newerVersionIsNotReached() throws IOException {
        tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "1", ourApplication());
        try (Http2Wire http = upgraded("/app/h2c")) {
            assertThat(ask(http, 3, "localhost", "/app/page")).startsWith("application 'ours'");
            tomcat.deploy(TomcatHosts.LOCALHOST, "/app", "2", neighbour("newer"));
            assertThat(ordinaryRequest("localhost", "/app/page").body()).startsWith("application 'newer'");
            recorded("localhost", "/app/");
            assertThat(ask(http, 5, "localhost", "/app/page")).doesNotStartWith("application");
            assertThat(ask(http, 7, "localhost", "/app/")).doesNotStartWith("application");
            assertThat(recorded("localhost", "/app/")).isEmpty();
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "2");
            assertThat(ask(http, 9, "localhost", "/app/page")).startsWith("application 'ours'");
        } finally {
            tomcat.undeploy(TomcatHosts.LOCALHOST, "/app", "1");
        }
    }
}
