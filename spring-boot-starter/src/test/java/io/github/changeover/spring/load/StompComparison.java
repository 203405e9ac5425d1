package io.github.changeover.spring.load;

import io.github.changeover.spring.ExecutableJar;
import io.github.changeover.spring.forked.ForkedApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares Changeover with Tomcat's own engine under the STOMP support of Spring: 5,000 idle clients and 500 that talk. Prints a row for each. By hand:
 * {@code ./mvnw -f spring-boot-starter/pom.xml test-compile exec:exec -Dexec.executable=java -Dexec.classpathScope=test
 * "-Dexec.args=-cp %classpath io.github.changeover.spring.load.StompComparison"}
 */
public final class StompComparison {
    private static final int IDLE = 5_000, TALKING = 500, PER_SECOND = 2_000, SECONDS = 20, ROUNDS = 2;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    private StompComparison() {
    }

    public static void main(String[] arguments) throws Exception {
        Path jar = ExecutableJar.make(Files.createTempDirectory("stomp-comparison"), ForkedApplication.class);
        System.out.println("| engine | heap before | heap with 5,500 clients | CPU time of a message | p50 | p99 |\n|---|--:|--:|--:|--:|--:|");
        for (int round = 0; round < ROUNDS; round++) {
            for (boolean changeover : new boolean[] {true, false}) measure(jar, changeover);
        }
        System.exit(0);
    }

    private static void measure(Path jar, boolean changeover) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process server = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", "-jar", jar.toString(),
                "--server.address=127.0.0.1", "--server.port=" + port, "--changeover.enabled=" + changeover, "--server.tomcat.max-connections=20000", "--test.open=true")
                .redirectErrorStream(true).redirectOutput(jar.resolveSibling("server-" + changeover + ".log").toFile()).start();
        try (StompClients clients = new StompClients(port)) {
            for (int i = 0; i < 300 && !isUp(port); i++) TimeUnit.MILLISECONDS.sleep(200);
            clients.open(TALKING);
            clients.talk(TALKING, PER_SECOND, SECONDS);     // warms up
            long before = heap(server);
            clients.open(IDLE);
            long with = heap(server);
            Duration cpu = cpu(server);
            int messages = clients.talk(TALKING, PER_SECOND, SECONDS);
            long micros = cpu(server).minus(cpu).toNanos() / 1000 / messages;
            System.out.printf("| %s | %,d KB | %,d KB | %d us | %,d us | %,d us |%n", changeover ? "Changeover" : "Tomcat's", before, with, micros, clients.percentile(0.5), clients.percentile(0.99));
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static boolean isUp(int port) throws InterruptedException {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health")).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static Duration cpu(Process server) {
        return server.toHandle().info().totalCpuDuration().orElseThrow();
    }

    /** Returns the used heap after a collection, in KB. */
    private static long heap(Process server) throws Exception {
        run(List.of("jcmd", Long.toString(server.pid()), "GC.run"));
        Matcher used = USED.matcher(run(List.of("jcmd", Long.toString(server.pid()), "GC.heap_info")));
        long kilobytes = 0;
        for (int i = 0; i < 2 && used.find(); i++) kilobytes += Long.parseLong(used.group(1));      // the young and the old generation
        return kilobytes;
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
