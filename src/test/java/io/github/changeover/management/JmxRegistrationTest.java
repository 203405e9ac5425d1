package io.github.changeover.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.Attribute;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** The MBean as a JMX client sees it. OperationsIT tests it with connections. */
class JmxRegistrationTest {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private final Metrics tally = new Metrics(List.of(ProtocolToken.of("foo/2")));
    private final ConnectionRegistry register = new ConnectionRegistry();
    private final MemoryBudget memory = new MemoryBudget(1000);

    private UpgradeManagement management(String context) {
        StartReport report = new StartReport("Test", context, "Plain", "none known", "virtual", Map.of(), List.of(), List.of());
        return new UpgradeManagement(register, memory, () -> EventLoops.State.NONE, tally, new DecisionLog(4), new ProtocolToggles(), Duration.ofSeconds(1), report);
    }

    private static Set<ObjectName> names(String host) throws Exception {
        return SERVER.queryNames(new ObjectName("io.github.changeover:type=Application,host=" + ObjectName.quote(host) + ",*"), null);
    }

    @Test
    void pathIsQuotedAndEqualNamesAreDistinguished() throws Exception {
        Runnable one = JmxRegistration.register(management("/a,b=\"c\"*?"), "quoted");
        Runnable other = JmxRegistration.register(management("/a,b=\"c\"*?"), "quoted");
        assertThat(names("quoted")).hasSize(2).allSatisfy(name -> assertThat(ObjectName.unquote(name.getKeyProperty("context"))).isEqualTo("/a,b=\"c\"*?"));
        one.run();
        assertThat(names("quoted")).hasSize(1);
        other.run();
        other.run();
        assertThat(names("quoted")).isEmpty();
    }

    private static void drain(ObjectName name, int code) throws Exception {
        SERVER.invoke(name, "drain", new Object[] {code}, new String[] {int.class.getName()});
    }

    @Test
    void topicsAndTheirRelayAreExposed() throws Exception {
        UpgradeManagement management = management("/topics");
        Runnable undo = JmxRegistration.register(management, "topics");
        try {
            ObjectName name = names("topics").iterator().next();
            assertThat(SERVER.getAttribute(name, "RelayState")).isEqualTo("none");
            management.useTopics(() -> new TopicCounts(1, 2, 3, 4, 5, new TopicCounts.Relay("redis", TopicCounts.RelayState.DOWN, 6, 7, 8, 9, 10, 11, 12)), most -> List.of());
            String[] attributes = {"Topics", "TopicMembers", "TopicPublished", "TopicDropped", "RelayName", "RelayState", "RelayNodes", "RelaySent", "RelayUnsent", "RelayReceived", "RelayLost",
                "RelayNodesLost", "RelayInvalid"};
            assertThat(SERVER.getAttributes(name, attributes).asList()).extracting(Attribute::getValue)
                    .containsExactly(1, 2L, 3L, 4L, "redis", "down", 6, 7L, 8L, 9L, 10L, 11L, 12L);
        } finally {
            undo.run();
        }
    }

    @Test
    void attributesAndOperationsAreExposed() throws Exception {
        Runnable undo = JmxRegistration.register(management(""), "operated");
        try {
            ObjectName name = new ObjectName("io.github.changeover:type=Application,host=\"operated\",context=\"/\"");
            tally.decided(UpgradeManagementTest.explanation("/", Outcome.REFUSED, Ground.LIMIT), Duration.ZERO);
            assertThat((Map<?, ?>) ((javax.management.openmbean.TabularData) SERVER.getAttribute(name, "Refused"))).hasSize(1);
            assertThat(SERVER.getAttribute(name, "ConnectionCount")).isEqualTo(0L);
            memory.tryReserve(70);
            assertThat(SERVER.getAttribute(name, "Memory")).isEqualTo(70L);
            assertThat(SERVER.getAttribute(name, "MemoryMax")).isEqualTo(1000L);
            assertThat((Map<?, ?>) ((javax.management.openmbean.TabularData) SERVER.getAttribute(name, "Closed"))).hasSize(CloseCause.Kind.values().length);
            SERVER.invoke(name, "switchOff", new Object[] {"foo/2"}, new String[] {String.class.getName()});
            assertThat((String[]) SERVER.getAttribute(name, "SwitchedOff")).containsExactly("foo/2");
            assertThat(SERVER.invoke(name, "abort", new Object[] {"nobody"}, new String[] {String.class.getName()})).isEqualTo(false);
            SERVER.invoke(name, "drain", null, null);
            assertThat(SERVER.getAttribute(name, "Draining")).isEqualTo(true);
            SERVER.invoke(name, "stopDraining", null, null);
            assertThat(SERVER.getAttribute(name, "Draining")).isEqualTo(false);
            assertThatThrownBy(() -> drain(name, 1000)).hasRootCauseMessage("The WebSocket close code of a drain is 1000. Allowed: 1001 (Going Away) or 1012 (Service Restart)");
            assertThat(SERVER.getAttribute(name, "Draining")).isEqualTo(false);
            drain(name, 1012);
            assertThat(SERVER.getAttribute(name, "Draining")).isEqualTo(true);
        } finally {
            undo.run();
        }
    }
}
