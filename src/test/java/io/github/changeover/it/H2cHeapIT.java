package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the heap while a client reads none of a hundred responses of 10 MB. Container and library run in this JVM, so its heap can be measured. */
@OnContainer
@EmbeddedOnly
@Timeout(120)
@Tag("full")
class H2cHeapIT {
    private static final int STREAMS = 100, SIZE = 10_000_000, INITIAL_WINDOW = 4, BOUND = 64 << 20;
    private static ContainerUnderTest server;
    private static ApplicationClient asking;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("h2c-heap").build(), "/h2cheap");
        server = container.withoutHttp2();
        asking = ApplicationClient.of(server, "/h2cheap");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2cheap");
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long writtenByApplication() throws IOException {
        return Long.parseLong(asking.page("/page/written"));
    }

    @ParameterizedTest(name = "a window of {0}")
    @ValueSource(ints = {65_535, Integer.MAX_VALUE})
    @Covers({"RFC9113-5.2-02", "RFC9113-5.2-01"})
    void unreadResponsesDoNotFillTheHeap(int window) throws Exception {
        long before = usedHeap();
        long start = writtenByApplication();
        try (Http2Wire http = Http2Wire.upgrade(server, "GET", "/h2cheap/page/facts", 16 * 1024, INITIAL_WINDOW, window).preface(INITIAL_WINDOW, window)) {
            if (window > 65_535) http.send(WINDOW_UPDATE, 0, 0, Http2Wire.number(window - 65_535));
            for (int i = 0; i < STREAMS; i++) http.get(3 + 2 * i, "/h2cheap/page/big?size=" + SIZE);
            int still = 0;
            long now = writtenByApplication();
            while (now == start || still < 3) {
                Thread.sleep(300);      // no event shows that nothing more happens
                long last = now;
                now = writtenByApplication();
                still = now == last ? still + 1 : 0;
            }
            long grown = usedHeap() - before;
            System.out.printf("h2c heap: window %d, %d streams of %d bytes: the application has written %d KB, the heap has grown by %.1f MB%n",
                    window, STREAMS, SIZE, (now - start) >> 10, grown / 1048576.0);
            assertThat(now - start).as("bytes the application could write").isPositive().isLessThan((long) STREAMS * SIZE * 9 / 10);
            assertThat(grown).as("growth of the heap").isLessThan(BOUND);
            Http2Frame data = http.first(frame -> frame.type() == DATA && frame.stream() > 1);
            assertThat(data.payload()).as("queued bytes are still sent").isNotEmpty();
        }
    }
}
