package io.github.changeover.servlet;

import io.github.changeover.Changeover;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of both filters for a request without {@code Upgrade}. With {@code -prof gc}, the expected result is that no byte
 * is allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OrdinaryRequestBenchmark {
    private final Tomcat tomcat = new Tomcat();
    private final OuterFilter outer = new OuterFilter();
    private final InnerFilter inner = new InnerFilter();
    private ServletContext context;
    private HttpServletRequest request;
    private HttpServletResponse response;
    private FilterChain chain;
    private int reached;

    @Setup
    public void start() throws Exception {
        String folder = Files.createTempDirectory("bench").toString();
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder);
        StandardContext made = (StandardContext) tomcat.addContext("", folder);
        made.addServletContainerInitializer((classes, application) -> context = application, null);
        tomcat.start();
        Changeover.of(context).path("/rooms/{room}").offer(new Lines());
        Changeover.of(context).path("/lines").offer(new Lines()).required();
        outer.init(nothing(FilterConfig.class));
        inner.init(nothing(FilterConfig.class));
        request = new Ordinary(nothing(HttpServletRequest.class));
        response = new HttpServletResponseWrapper(nothing(HttpServletResponse.class));
        FilterChain application = (asked, answer) -> reached++;
        chain = (asked, answer) -> inner.doFilter(asked, answer, application);
    }

    @TearDown
    public void stop() throws Exception {
        Deployment.stop(context);
        tomcat.stop();
        tomcat.destroy();
    }

    @Benchmark
    public int bothFilters() throws IOException, ServletException {
        outer.doFilter(request, response, chain);
        return reached;
    }

    private static final class Lines implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(ProtocolToken.of("lines"));
        }

        @Override
        public Decision negotiate(UpgradeRequest asked, ProtocolToken offered) {
            throw new IllegalStateException("nobody asked");
        }
    }

    private static final class Ordinary extends HttpServletRequestWrapper {
        Ordinary(HttpServletRequest nothing) {
            super(nothing);
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
    private <T> T nothing(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().equals("getServletContext")) return context;
            throw new UnsupportedOperationException(method.getName());
        }));
    }
}
