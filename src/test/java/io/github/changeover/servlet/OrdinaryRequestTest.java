package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.Changeover;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cost of a request without Upgrade in an application that offers protocols. */
class OrdinaryRequestTest {
    private static final int REQUESTS = 100_000;
    @TempDir
    static Path folder;
    private static ServletContext context;
    private static Tomcat tomcat;
    private int reached;

    @BeforeAll
    static void start() throws Exception {
        tomcat = new Tomcat();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        StandardContext made = (StandardContext) tomcat.addContext("", folder.toString());
        made.addServletContainerInitializer((classes, application) -> context = application, null);
        tomcat.start();
        Changeover.of(context).path("/rooms/{room}").offer(new LinesProtocol());
        Changeover.of(context).path("/lines").offer(new LinesProtocol()).required();
    }

    @AfterAll
    static void stop() throws Exception {
        Deployment.stop(context);
        tomcat.stop();
        tomcat.destroy();
    }

    @Test
    void filtersAllocateNothingForOrdinaryRequests() throws Exception {
        OuterFilter outer = new OuterFilter();
        InnerFilter inner = new InnerFilter();
        outer.init(proxyWithoutBehaviour(FilterConfig.class));
        inner.init(proxyWithoutBehaviour(FilterConfig.class));
        HttpServletRequest request = new OrdinaryRequest();
        HttpServletResponse response = new HttpServletResponseWrapper(proxyWithoutBehaviour(HttpServletResponse.class));
        FilterChain application = (req, res) -> {
            if (req == request && res == response) reached++;
        };
        FilterChain chain = (req, res) -> inner.doFilter(req, res, application);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = -20_000; i < REQUESTS; i++) {
            if (i == 0) before = threads.getCurrentThreadAllocatedBytes();
            outer.doFilter(request, response, chain);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(reached).isEqualTo(REQUESTS + 20_000);
        assertThat(allocated).as("bytes for " + REQUESTS + " requests").isLessThan(REQUESTS);    // an object has at least 16 bytes
    }

    private static final class LinesProtocol implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("lines"));
        }

        @Override
        public Optional<String> clientField() {
            return Optional.of("X-Lines-Key");
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            throw new AssertionError("nobody asked");
        }
    }

    /** A path that offers a protocol and does not require it; another path requires one. */
    private static final class OrdinaryRequest extends HttpServletRequestWrapper {
        OrdinaryRequest() {
            super(proxyWithoutBehaviour(HttpServletRequest.class));
        }

        @Override
        public String getHeader(String name) {
            return null;
        }

        @Override
        public String getServletPath() {
            return "/rooms/1";
        }

        @Override
        public String getPathInfo() {
            return null;
        }

        @Override
        public DispatcherType getDispatcherType() {
            return DispatcherType.REQUEST;
        }

        @Override
        public Object getAttribute(String name) {
            return null;
        }
    }

    /** Implements getServletContext only. */
    private static <T> T proxyWithoutBehaviour(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().equals("getServletContext")) return context;
            throw new UnsupportedOperationException(method.getName());
        }));
    }
}
