package io.github.changeover.it.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that WebSocket callbacks that block, clients that send as fast as they can, and many idle connections do not stop other connections. Prints the delay of
 * the others. On Tomcat, {@code -Dblocking.compare=true} measures Tomcat's own engine as well. Manual runs can be longer, or use other groups of clients
 * ({@link TalkingClients}):
 *
 * <pre>
 * ./mvnw package -DskipUnit failsafe:integration-test@tomcat11 failsafe:verify -Dfull.tag=never -Dit.test=BlockingCallbacksIT -Dblocking.seconds=20 \
 *     -Dblocking.compare=true "-Dblocking.groups=talk=50,50 block=50,sleep,30000;idle=10000 talk=1000,1000"
 * </pre>
 */
@OnContainer
@OncePerEdge
@NotOnTomcatServletEdge
@EmbeddedOnly
@Tag("full")
@Timeout(600)
class BlockingCallbacksIT {
    private static final int SECONDS = Integer.getInteger("blocking.seconds", 3);
    private static final boolean COMPARED = Boolean.getBoolean("blocking.compare");
    private static final int CALLBACKS = 100;
    private static final Pattern RESULT = Pattern.compile("result talked (\\d+) p50 (\\d+) p99 (\\d+) .* unanswered (\\d+) silent (\\d+) wrong (\\d+) (.*)");
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        server = container;
        container.deploy(War.with("blocking").webSocket().app("blocking").set("changeover.callbacks.max", Integer.toString(CALLBACKS))
                .set("changeover.connections.max", "100000").set("changeover.connections.per-address.max", "100000").build(), "/blocking");
        if (comparesWithTomcat()) container.deploy(War.plain("blocking-tomcat").containersEngine(container).app("blocking").build(), "/blocking-tomcat");
    }

    @AfterAll
    static void undeploy() {
        server.undeploy("/blocking");
        if (comparesWithTomcat()) server.undeploy("/blocking-tomcat");
    }

    private static boolean comparesWithTomcat() {
        return COMPARED && server.isTomcat();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "talk=94,50 block=6,sleep,100",
        "talk=99,50 block=1,cpu,300",
        "talk=50,50 block=10,sleep,5 block=10,sleep,400 block=10,socket,50 block=10,socket,700 block=10,lock,20",
        "talk=50,50 block=46,sleep,700 block=2,cpu,20 block=2,cpu,100",
        "talk=999,500 flood=1,16000",
        "idle=500 talk=100,100"})
    void othersGetTheirEchoes(String groups) throws Exception {
        String manual = System.getProperty("blocking.groups");
        for (String one : manual == null ? new String[] {groups} : groups.startsWith("talk=94") ? manual.split(";") : new String[0]) {
            check("/blocking", one);
            if (comparesWithTomcat()) check("/blocking-tomcat", one);
        }
    }

    private static void check(String context, String groups) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), TalkingClients.class.getName(), Integer.toString(server.http().getPort()), context + "/calls", Integer.toString(SECONDS)));
        command.addAll(Arrays.asList(groups.split(" ")));
        long heapBefore = heap();
        Process clients = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            BufferedReader said = clients.inputReader();
            String opened = said.readLine();
            String measured = said.readLine();
            long heapHeld = groups.contains("idle=") ? heap() : heapBefore;
            int threads = ManagementFactory.getThreadMXBean().getThreadCount();
            String result = said.readLine();
            System.out.printf("%s%s: %s%n    %s; %s; %d threads, at most %s callbacks at a time, heap %d KB more%n", server.name(), context, groups, opened, result, threads,
                    mostAtATime(context), heapHeld - heapBefore >> 10);
            assertThat(measured).startsWith("measured");
            Matcher found = RESULT.matcher(result);
            assertThat(found.matches()).as(result).isTrue();
            assertThat(Integer.parseInt(found.group(1))).as("echoes").isPositive();
            assertThat(found.group(4)).as("clients without all echoes").isEqualTo("0");
            assertThat(found.group(5)).as("clients without any echo").isEqualTo("0");
            assertThat(found.group(6)).as(found.group(7)).isEqualTo("0");
        } finally {
            clients.destroyForcibly();
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static String mostAtATime(String context) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(Frames.handshake(context + "/calls"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            return Frames.read(wire.send(Frames.text("most"))).text();
        }
    }
}
