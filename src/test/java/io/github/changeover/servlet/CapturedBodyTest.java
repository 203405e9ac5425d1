package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Covers("RFC9110-7.8-16")
class CapturedBodyTest {
    private static final byte[] OCTETS = octets(1000);
    @TempDir
    private Path directory;

    private static byte[] octets(int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) octets[i] = (byte) (i * 7);
        return octets;
    }

    private static boolean take(CapturedBody body, int from, int to) {
        return body.take(OCTETS, from, to - from);
    }

    private void assertNoNames() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void memoryThenAFileWithoutAName() throws IOException {
        Overflow overflow = new Overflow(1000, directory);
        CapturedBody body = new CapturedBody(64, overflow);
        for (int i = 0; i < 1000; i += 50) assertThat(take(body, i, i + 50)).isTrue();
        assertNoNames();
        assertThat(body.length()).isEqualTo(1000);
        InputStream content = body.open();
        assertThat(content.read()).isEqualTo(OCTETS[0] & 0xff);
        assertThat(content.readNBytes(500)).isEqualTo(Arrays.copyOfRange(OCTETS, 1, 501));
        assertThat(content.readAllBytes()).isEqualTo(Arrays.copyOfRange(OCTETS, 501, 1000));
        content.close();
        assertThat(overflow.take(1000)).isTrue();       // all of it is free again
    }

    @Test
    void whatFindsNoRoomIsNotTakenAndTheRestIsThere() throws IOException {
        Overflow overflow = new Overflow(100, directory);
        CapturedBody one = new CapturedBody(10, overflow);
        CapturedBody other = new CapturedBody(10, overflow);
        assertThat(take(one, 0, 60)).isTrue();
        assertThat(take(other, 0, 10)).isTrue();
        assertThat(take(other, 10, 41)).isFalse();
        assertThat(take(one, 60, 101)).isFalse();
        assertThat(take(one, 60, 100)).isTrue();
        assertThat(one.bound()).contains("longer than 10 octets", "changeover.capture.disk.max");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        one.writeTo(out);
        other.writeTo(out);
        assertThat(out.toByteArray()).hasSize(110).startsWith(Arrays.copyOf(OCTETS, 100)).endsWith(Arrays.copyOf(OCTETS, 10));
        assertThat(take(other, 10, 100)).isTrue();
        other.close();
        assertThat(overflow.take(101)).isFalse();
        assertThat(overflow.take(100)).isTrue();
    }

    @Test
    void aClearedOneBeginsAnew() throws IOException {
        Overflow overflow = new Overflow(1000, directory);
        CapturedBody body = new CapturedBody(10, overflow);
        assertThat(take(body, 0, 1000)).isTrue();
        body.clear();
        assertThat(overflow.take(1000)).isTrue();
        overflow.giveBack(1000);
        assertThat(take(body, 5, 10)).isTrue();
        assertThat(body.octets()).isEqualTo(Arrays.copyOfRange(OCTETS, 5, 10));
    }

    @Test
    void whoReadsAfterTheEndOfTheConnectionIsTold() throws IOException {
        CapturedBody body = new CapturedBody(10, new Overflow(1000, directory));
        take(body, 0, 1000);
        InputStream content = body.open();
        body.close();
        body.close();
        assertThatThrownBy(content::read).isInstanceOf(ClosedChannelException.class);
        content.close();
    }

    @Test
    void whereNoFileCanBeMadeTheAnswerIsNotTaken() throws IOException {
        Overflow overflow = new Overflow(1000, directory.resolve("none"));
        CapturedBody body = new CapturedBody(10, overflow);
        assertThat(take(body, 0, 10)).isTrue();
        assertThat(take(body, 10, 20)).isFalse();
        assertThat(body.octets()).isEqualTo(Arrays.copyOf(OCTETS, 10));
        body.close();
        assertThat(overflow.take(1000)).isTrue();
    }
}
