package io.github.changeover.management;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.ProtocolToken;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.ObjectName;

/** The MBean of one application in the platform's MBean server, registered from the start to the end of the application. */
final class JmxRegistration implements ChangeoverMXBean {
    private static final System.Logger LOG = System.getLogger(JmxRegistration.class.getName());
    private static final int MAX_SAME_NAME = 16;
    private final UpgradeManagement management;

    private JmxRegistration(UpgradeManagement management) {
        this.management = management;
    }

    /**
     * Registers the MBean. The returned task unregisters it. If JMX is not available, the application runs without it.
     *
     * @param host the container's name of its virtual host
     */
    static Runnable register(UpgradeManagement observatory, String host) {
        try {
            ObjectName name = put(new JmxRegistration(observatory), host, observatory.report().context());
            return () -> remove(name);
        } catch (JMException | LinkageError | RuntimeException none) {
            LOG.log(System.Logger.Level.WARNING, "The MBean of the application could not be registered: {0}", none.toString());
            return () -> { };
        }
    }

    /** Two versions of one application can be deployed under one path at the same time. The later one gets an instance number. */
    private static ObjectName put(JmxRegistration bean, String host, String context) throws JMException {
        String first = "io.github.changeover:type=Application,host=" + ObjectName.quote(host) + ",context=" + ObjectName.quote(context.isEmpty() ? "/" : context);
        for (int i = 1; ; i++) {
            ObjectName name = new ObjectName(i == 1 ? first : first + ",instance=" + i);
            try {
                ManagementFactory.getPlatformMBeanServer().registerMBean(bean, name);
                return name;
            } catch (InstanceAlreadyExistsException another) {
                if (i == MAX_SAME_NAME) throw another;
            }
        }
    }

    private static void remove(ObjectName name) {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
        } catch (JMException gone) {
            LOG.log(System.Logger.Level.DEBUG, "The MBean of the application was already unregistered: {0}", gone.toString());
        }
    }

    /** A connection in the form that JMX needs. */
    private record ConnectionBean(ConnectionView view) implements Connection {
        @Override
        public String getId() {
            return view.id();
        }

        @Override
        public String getProtocol() {
            return view.protocol();
        }

        @Override
        public String getPath() {
            return view.path();
        }

        @Override
        public String getRemote() {
            return view.remote();
        }

        @Override
        public String getUser() {
            return view.user();
        }

        @Override
        public long getSince() {
            return view.since().toEpochMilli();
        }

        @Override
        public long getIdleMillis() {
            return view.idle().toMillis();
        }

        @Override
        public long getBytesIn() {
            return view.bytesIn();
        }

        @Override
        public long getBytesOut() {
            return view.bytesOut();
        }

        @Override
        public long getQueued() {
            return view.queued();
        }

        @Override
        public long getRoundTripMicros() {
            return view.roundTrip().map(time -> time.toNanos() / 1000).orElse(-1L);
        }
    }

    private static Map<String, Long> lowerCaseKeys(Map<? extends Enum<?>, Long> counts) {
        Map<String, Long> words = new TreeMap<>();
        counts.forEach((key, count) -> words.put(key.name().toLowerCase(Locale.ROOT), count));
        return words;
    }

    private Map<Ground, Long> decided(Outcome outcome) {
        return management.counts().decisions().getOrDefault(outcome, Map.of());
    }

    @Override
    public long getConnectionCount() {
        return management.counts().connections();
    }

    @Override
    public List<Connection> getConnections() {
        return management.connections().stream().<Connection>map(ConnectionBean::new).toList();
    }

    @Override
    public long getOpened() {
        return management.counts().opened().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public Map<String, Long> getClosed() {
        return lowerCaseKeys(management.counts().closed());
    }

    @Override
    public long getSwitched() {
        return management.counts().decided(Outcome.SWITCHED);
    }

    @Override
    public Map<String, Long> getIgnored() {
        return lowerCaseKeys(decided(Outcome.IGNORED));
    }

    @Override
    public Map<String, Long> getRefused() {
        return lowerCaseKeys(decided(Outcome.REFUSED));
    }

    @Override
    public long getBytesIn() {
        return management.counts().bytesIn();
    }

    @Override
    public long getBytesOut() {
        return management.counts().bytesOut();
    }

    @Override
    public long getQueued() {
        return management.counts().queued();
    }

    @Override
    public long getMemory() {
        return management.counts().memory();
    }

    @Override
    public long getMemoryMax() {
        return management.counts().memoryMax();
    }

    @Override
    public long getSlowWrites() {
        return management.counts().slowWrites();
    }

    @Override
    public int getLoops() {
        return management.counts().loops().running();
    }

    @Override
    public int getLoopConnections() {
        return management.counts().loops().connections();
    }

    @Override
    public long getLoopHandovers() {
        return management.counts().loops().handovers();
    }

    @Override
    public int getTopics() {
        return management.topics().topics();
    }

    @Override
    public long getTopicMembers() {
        return management.topics().members();
    }

    @Override
    public long getTopicPublished() {
        return management.topics().published();
    }

    @Override
    public long getTopicDropped() {
        return management.topics().dropped();
    }

    @Override
    public String getRelayName() {
        return management.topics().relay().name();
    }

    @Override
    public String getRelayState() {
        return management.topics().relay().state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public int getRelayNodes() {
        return management.topics().relay().nodes();
    }

    @Override
    public long getRelaySent() {
        return management.topics().relay().sent();
    }

    @Override
    public long getRelayUnsent() {
        return management.topics().relay().unsent();
    }

    @Override
    public long getRelayReceived() {
        return management.topics().relay().received();
    }

    @Override
    public long getRelayLost() {
        return management.topics().relay().lost();
    }

    @Override
    public long getRelayNodesLost() {
        return management.topics().relay().nodesLost();
    }

    @Override
    public long getRelayInvalid() {
        return management.topics().relay().invalid();
    }

    @Override
    public boolean isDraining() {
        return management.draining();
    }

    @Override
    public List<String> getSwitchedOff() {
        return List.copyOf(management.switchedOff());
    }

    @Override
    public List<String> getDecisions() {
        return management.decisions().stream().map(decided -> decided.when() + " " + decided.remote() + " " + decided.explanation()).toList();
    }

    @Override
    public List<String> getReport() {
        return management.report().lines();
    }

    @Override
    public boolean close(String id) {
        return management.close(id);
    }

    @Override
    public boolean abort(String id) {
        return management.abort(id);
    }

    @Override
    public void drain() {
        management.drain();
    }

    @Override
    public void drain(int code) {
        management.drain(code);
    }

    @Override
    public void stopDraining() {
        management.stopDraining();
    }

    @Override
    public void switchOff(String token) {
        management.toggles().off(ProtocolToken.of(token));
    }

    @Override
    public void switchOn(String token) {
        management.toggles().on(ProtocolToken.of(token));
    }
}
