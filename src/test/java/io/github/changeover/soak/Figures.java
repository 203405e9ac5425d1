package io.github.changeover.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What a server must not need more of with time. */
record Figures(long heapKilobytes, int threads, long descriptors) {
    private static final int SPARE_THREADS = 4, SPARE_DESCRIPTORS = 8, SPARE_KILOBYTES = 4096, TENTH = 10;

    static Figures now() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Figures(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10, ManagementFactory.getThreadMXBean().getThreadCount(),
                system.getOpenFileDescriptorCount());
    }

    /** The least within some seconds of collections: references take more than one, and threads and sockets a moment. */
    static Figures atRest() throws InterruptedException {
        Figures least = now();
        for (int i = 0; i < 20; i++) {
            System.gc();
            Thread.sleep(500);
            Figures next = now();
            least = new Figures(Math.min(least.heapKilobytes, next.heapKilobytes), Math.min(least.threads, next.threads), Math.min(least.descriptors, next.descriptors));
        }
        return least;
    }

    List<String> grownFrom(Figures warm) {
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
