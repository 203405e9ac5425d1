package io.github.changeover.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The resources whose use must not increase over time. */
record ResourceUsage(long heapKilobytes, int threads, long descriptors) {
    private static final int SPARE_THREADS = 4, SPARE_DESCRIPTORS = 8, SPARE_KILOBYTES = 4096, TENTH = 10, IDLE_SECONDS = 75;

    static ResourceUsage now() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new ResourceUsage(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10, ManagementFactory.getThreadMXBean().getThreadCount(),
                system.getOpenFileDescriptorCount());
    }

    /** The smallest values during some collections: references need more than one collection, and threads of pools end after one idle minute. */
    static ResourceUsage atRest() throws InterruptedException {
        ResourceUsage least = now();
        for (long end = System.nanoTime() + IDLE_SECONDS * 1_000_000_000L; System.nanoTime() < end; ) {
            System.gc();
            Thread.sleep(2000);
            ResourceUsage next = now();
            least = new ResourceUsage(Math.min(least.heapKilobytes, next.heapKilobytes), Math.min(least.threads, next.threads), Math.min(least.descriptors, next.descriptors));
        }
        return least;
    }

    /** The number of threads of each kind. */
    static Map<String, Long> kindsOfThreads() {
        return Thread.getAllStackTraces().keySet().stream().collect(Collectors.groupingBy(thread -> thread.getName().replaceAll("[0-9]+", "N"), TreeMap::new, Collectors.counting()));
    }

    List<String> growthSince(ResourceUsage warm) {
        List<String> grown = new ArrayList<>();
        if (heapKilobytes > warm.heapKilobytes + warm.heapKilobytes / TENTH + SPARE_KILOBYTES) grown.add("heap");
        if (threads > warm.threads + SPARE_THREADS) grown.add("threads");
        if (descriptors > warm.descriptors + SPARE_DESCRIPTORS) grown.add("file descriptors");
        return grown;
    }

    @Override
    public String toString() {
        return "heap " + heapKilobytes + " KB, threads " + threads + ", file descriptors " + descriptors;
    }
}
