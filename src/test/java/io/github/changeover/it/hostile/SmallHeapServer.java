package io.github.changeover.it.hostile;

import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;

/**
 * A separate process with a small heap: the demo on an embedded Tomcat. It prints "ready PORT". For each line "heap" it prints how many bytes
 * are in use after a collection. It ends with its input.
 */
public final class SmallHeapServer {
    static final String AT = "/small";

    private SmallHeapServer() {
    }

    /** Argument: the name of the container. */
    public static void main(String[] arguments) throws IOException {
        ContainerUnderTest container = Containers.start(arguments[0] + "-small", ListenerPorts.plain(0));
        // A silent client must stay connected until the end of the test.
        container.deploy(War.demo("small").set("changeover.metrics.path", "/metrics").set("changeover.stall", "10m").set("changeover.idle", "10m").build(), AT);
        System.out.println("ready " + container.http().getPort());
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) System.out.println("heap " + heap());
        container.stop();
        System.exit(0);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
