package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.servlet.adapter.ContainerSupport;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A context like that of Open Liberty, and contexts of other unknown containers. */
class UnknownContainerTest {
    private final FakeServletContext fake = new FakeServletContext();

    @AfterEach
    void stop() {
        Deployment.stop(fake.context);
    }

    private void start() {
        new EndpointScan().onStartup(Set.of(), fake.context);
        fake.listeners.forEach(listener -> listener.contextInitialized(new ServletContextEvent(fake.context)));
    }

    @ParameterizedTest(name = "H5: with changeover.container={0} the inner filter is mapped to a path, last, never to the name *")
    @ValueSource(strings = {"auto", "unchecked", "off"})
    void innerFilterIsMappedToAPath(String mode) {
        fake.parameters.put("changeover.container", mode);
        start();
        assertThat(fake.mappings).contains("changeover-inner addMappingForUrlPatterns true /*").noneMatch(mapping -> mapping.contains("ServletNames"));
        assertThat(fake.mappings.get(0)).isEqualTo("changeover-outer addMappingForUrlPatterns false /*");
    }

    @Test
    @DisplayName("H5: the root context is not called / in the messages at start")
    void rootContextIsNamedConsistentlyAtStart() {
        fake.path = "/";
        fake.parameters.put("changeover.path./lines.protocols", "foo/2");
        fake.parameters.put("changeover.path./lines.required", "true");
        start();
        List<String> lines = UpgradeManagement.of(fake.context).orElseThrow().report().lines();
        assertThat(lines).anyMatch(line -> line.startsWith("/lines is set to required")).noneMatch(line -> line.contains("//lines"));
    }

    @ParameterizedTest(name = "H7: the application is in JMX if the name of the virtual server is {0}")
    @NullSource
    @ValueSource(strings = {"throws", " "})
    void mbeanIsRegisteredWithoutAVirtualServer(String name) throws Exception {
        fake.path = "/jmx";
        fake.virtualServer = name;
        start();
        ObjectName bean = new ObjectName("io.github.changeover:type=Application,host=\"default\",context=\"/jmx\"");
        assertThat(ManagementFactory.getPlatformMBeanServer().isRegistered(bean)).isTrue();
        Deployment.stop(fake.context);
        assertThat(ManagementFactory.getPlatformMBeanServer().isRegistered(bean)).isFalse();
    }

    @Test
    @DisplayName("H6: the name a container gives itself makes it no known one")
    void reportedNameIsIgnored() {
        ContainerSupport support = ContainerSupport.of(fake.context, SettingValues.of(fake.context));
        assertThat(support.reasonForOff()).isPresent();
        assertThat(support.warning().orElseThrow()).contains("This container is not supported").contains("$Proxy").contains("Apache Tomcat/11.0.0 as it says");
        assertThat(ContainerSupport.switches(fake.context)).isFalse();
    }

    @Test
    @DisplayName("H6: unchecked serves, unless a filter of the application would run after the decision")
    void uncheckedOffersNothingBehindFiltersOfServletNames() {
        fake.parameters.put("changeover.container", "unchecked");
        assertThat(ContainerSupport.switches(fake.context)).isTrue();
        fake.mappedToName("login", "secret");
        ContainerSupport support = ContainerSupport.of(fake.context, SettingValues.of(fake.context));
        assertThat(support.reasonForOff()).isPresent();
        assertThat(support.warning().orElseThrow()).contains("[login]").contains("Map them to URL patterns");
    }

    @Test
    @DisplayName("H6: both filters pass a request on as it is, with an offer and without")
    void requestsAreUnchanged() throws Exception {
        fake.parameters.put("changeover.path./lines.protocols", "foo/2");
        start();
        OuterFilter outer = new OuterFilter();
        InnerFilter inner = new InnerFilter();
        outer.init(proxyWith(FilterConfig.class, "getServletContext", fake.context));
        inner.init(proxyWith(FilterConfig.class, "getServletContext", fake.context));
        HttpServletRequest request = proxyWith(HttpServletRequest.class, "getHeader", "foo/2");
        HttpServletResponse response = proxyWith(HttpServletResponse.class, "", "");
        boolean[] reached = new boolean[1];
        FilterChain application = (req, res) -> reached[0] = req == request && res == response;
        outer.doFilter(request, response, (req, res) -> inner.doFilter(req, res, application));
        assertThat(reached[0]).isTrue();
    }

    /** Implements one method only. */
    private static <T> T proxyWith(Class<T> type, String question, Object answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getName().equals(question)) return answer;
            throw new UnsupportedOperationException(method.getName());
        }));
    }
}
