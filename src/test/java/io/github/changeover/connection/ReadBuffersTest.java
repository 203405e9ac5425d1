package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadBuffersTest {
    private final ReadBuffers scratch = new ReadBuffers(16, false);

    @Test
    void whatIsGivenBackIsTakenAgain() {
        ByteBuffer buffer = scratch.take();
        assertThat(buffer.hasArray()).isTrue();
        assertThat(buffer.capacity()).isEqualTo(16);
        scratch.give(buffer);
        assertThat(scratch.take()).isSameAs(buffer);
    }

    @Test
    void whatIsTakenIsNobodyElses() {
        Set<ByteBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 1000; i++) assertThat(taken.add(scratch.take())).isTrue();
        taken.forEach(scratch::give);
        for (int i = 0; i < 1000; i++) scratch.take();
    }

    @Test
    void anotherThreadTakesWhatThisOneGave() throws InterruptedException {
        ByteBuffer buffer = scratch.take();
        scratch.give(buffer);
        ByteBuffer[] got = new ByteBuffer[1];
        Thread other = new Thread(() -> got[0] = scratch.take());
        other.start();
        other.join();
        assertThat(got[0]).isSameAs(buffer);
    }
}
