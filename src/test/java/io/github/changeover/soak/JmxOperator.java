package io.github.changeover.soak;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** Operates the application by JMX. */
final class JmxOperator {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private final ObjectName bean;
    private volatile long drained = Long.MIN_VALUE;

    JmxOperator(String context) throws JMException {
        bean = JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(context) + ",*"), null).iterator().next();
    }

    void drainAndStopDraining() throws JMException, InterruptedException {
        drained = Long.MAX_VALUE;
        JMX.invoke(bean, "drain", new Object[0], new String[0]);
        awaitNoConnections();
        JMX.invoke(bean, "stopDraining", new Object[0], new String[0]);
        drained = System.nanoTime();
    }

    /** Whether a drain was in progress at this time, or after it. */
    boolean hasDrainedSince(long nanos) {
        return drained >= nanos;
    }

    void awaitNoConnections() throws JMException, InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while ((Long) JMX.getAttribute(bean, "ConnectionCount") > 0) {
            if (System.nanoTime() > end) throw new IllegalStateException("connections stay: " + JMX.getAttribute(bean, "ConnectionCount"));
            Thread.sleep(20);
        }
    }

    Map<String, Object> counts() throws JMException {
        Map<String, Object> counts = new TreeMap<>();
        for (String table : new String[] {"Closed", "Refused"}) {
            for (Object row : ((TabularData) JMX.getAttribute(bean, table)).values()) {
                Object count = ((CompositeData) row).get("value");
                if (!count.equals(0L)) counts.put(table.toLowerCase() + " " + ((CompositeData) row).get("key"), count);
            }
        }
        return counts;
    }
}
