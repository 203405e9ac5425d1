package io.github.changeover.servlet.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReadAheadBufferTest {
    private final ReadAheadBuffer ahead = new ReadAheadBuffer();

    @Test
    void bytesKeepTheirOrder() throws IOException {
        Random random = new Random(11);
        byte[] sent = new byte[1_000_000];
        random.nextBytes(sent);
        InputStream in = new ByteArrayInputStream(sent);
        ByteBuffer taken = ByteBuffer.allocate(sent.length);
        while (taken.hasRemaining()) {
            for (int i = random.nextInt(3); i > 0 && ahead.hasRoom(); i--) ahead.fill(in);
            ByteBuffer some = taken.slice();
            some.limit(Math.min(some.remaining(), random.nextInt(20_000)));
            taken.position(taken.position() + ahead.take(some));
        }
        assertThat(taken.array()).isEqualTo(sent);
        assertThat(ahead.fill(in)).isNegative();
        assertThat(ahead.take(ByteBuffer.allocate(1))).isZero();
    }

    @Test
    void refusedPieceIsReportedOnceWhenThereIsRoom() throws IOException {
        InputStream in = new ByteArrayInputStream(new byte[100_000]);
        assertThat(ahead.hasRoomAgain()).isFalse();
        while (ahead.hasRoom()) ahead.fill(in);
        assertThat(ahead.hasRoomAgain()).isFalse();
        int held = ahead.take(ByteBuffer.allocate(100_000));
        assertThat(held).isEqualTo(32 * 1024);
        assertThat(ahead.hasRoomAgain()).isTrue();
        assertThat(ahead.hasRoomAgain()).isFalse();
        assertThat(ahead.hasRoom()).isTrue();
    }
}
