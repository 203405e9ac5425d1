package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockingHandlerThreadsTest {
    private BlockingHandlerThreads threads;

    @AfterEach
    void close() {
        threads.close();
    }

    private Thread runningThread() throws Exception {
        return valueInThread(Thread::currentThread);
    }

    private <T> T valueInThread(Supplier<T> inside) throws Exception {
        CompletableFuture<T> ran = new CompletableFuture<>();
        threads.run(() -> ran.complete(inside.get()));
        return ran.get(10, TimeUnit.SECONDS);
    }

    /**
     * One test for both cases: on each JDK one of them applies, and a separate test for the other one would count as
     * skipped.
     */
    @Test
    void threadsAreVirtualFromJdk21AndBoundedPlatformThreadsBefore() throws Exception {
        threads = BlockingHandlerThreads.of(2, null);
        if (Runtime.version().feature() >= 21) assertUnboundedVirtualThreads();
        else assertBoundedPlatformThreads();
    }

    private void assertBoundedPlatformThreads() throws Exception {
        assertThat(threads.virtual()).isFalse();
        assertThat(threads.reserve()).isTrue();
        assertThat(threads.reserve()).isTrue();
        assertThat(threads.reserve()).isFalse();
        threads.release();
        assertThat(threads.reserve()).isTrue();
        Thread thread = runningThread();
        assertThat(thread.getName()).isEqualTo("changeover-handler");
        assertThat(thread.isDaemon()).isTrue();
    }

    private void assertUnboundedVirtualThreads() throws Exception {
        assertThat(threads.virtual()).isTrue();
        for (int i = 0; i < 1000; i++) assertThat(threads.reserve()).isTrue();
        assertThat(valueInThread(() -> Thread.currentThread().getThreadGroup().getName())).isEqualTo("VirtualThreads");
    }

    @Test
    void threadsOfTheContainersFactoryAreBounded() throws Exception {
        AtomicReference<Thread> made = new AtomicReference<>();
        threads = BlockingHandlerThreads.of(1, task -> {
            made.set(new Thread(task));
            return made.get();
        });
        assertThat(threads.virtual()).isFalse();
        assertThat(threads.reserve()).isTrue();
        assertThat(threads.reserve()).isFalse();
        assertThat(runningThread()).isSameAs(made.get());
    }
}
