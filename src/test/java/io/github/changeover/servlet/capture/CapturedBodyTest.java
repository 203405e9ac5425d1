package io.github.changeover.servlet.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.testkit.MemoryConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Covers("RFC9110-7.8-16")
class CapturedBodyTest {
    private static final byte[] BYTES = bytes(1000);
    @TempDir
    private Path directory;
    private final MemoryBudget budget = new MemoryBudget(2000);
    private final RequestMemory memory = new RequestMemory(budget);

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) (i * 7);
        return bytes;
    }

    private static boolean take(CapturedBody body, int from, int to) {
        return body.append(BYTES, from, to - from);
    }

    private void assertNoVisibleFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void bodyOverflowsFromMemoryToAnUnlinkedFile() throws IOException {
        CaptureFiles overflow = new CaptureFiles(1000, directory);
        CapturedBody body = new CapturedBody(64, overflow, memory);
        for (int i = 0; i < 1000; i += 50) assertThat(take(body, i, i + 50)).isTrue();
        assertNoVisibleFiles();
        assertThat(body.length()).isEqualTo(1000);
        InputStream content = body.open();
        assertThat(content.read()).isEqualTo(BYTES[0] & 0xff);
        assertThat(content.readNBytes(500)).isEqualTo(Arrays.copyOfRange(BYTES, 1, 501));
        assertThat(content.readAllBytes()).isEqualTo(Arrays.copyOfRange(BYTES, 501, 1000));
        content.close();
        assertThat(overflow.reserve(1000)).isTrue();       // everything was released
    }

    @Test
    void bytesWithoutSpaceAreRejectedAndEarlierOnesKept() throws IOException {
        CaptureFiles overflow = new CaptureFiles(100, directory);
        CapturedBody one = new CapturedBody(10, overflow, memory);
        CapturedBody other = new CapturedBody(10, overflow, memory);
        assertThat(take(one, 0, 60)).isTrue();
        assertThat(take(other, 0, 10)).isTrue();
        assertThat(take(other, 10, 41)).isFalse();
        assertThat(take(one, 60, 101)).isFalse();
        assertThat(take(one, 60, 100)).isTrue();
        assertThat(one.limitReached()).contains("longer than 10 bytes", "changeover.capture.disk.max");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        one.writeTo(out);
        other.writeTo(out);
        assertThat(out.toByteArray()).hasSize(110).startsWith(Arrays.copyOf(BYTES, 100)).endsWith(Arrays.copyOf(BYTES, 10));
        assertThat(take(other, 10, 100)).isTrue();
        other.close();
        assertThat(overflow.reserve(101)).isFalse();
        assertThat(overflow.reserve(100)).isTrue();
    }

    @Test
    void clearedBodyIsReusable() throws IOException {
        CaptureFiles overflow = new CaptureFiles(1000, directory);
        CapturedBody body = new CapturedBody(10, overflow, memory);
        assertThat(take(body, 0, 1000)).isTrue();
        body.clear();
        assertThat(overflow.reserve(1000)).isTrue();
        overflow.release(1000);
        assertThat(take(body, 5, 10)).isTrue();
        assertThat(body.bytes()).isEqualTo(Arrays.copyOfRange(BYTES, 5, 10));
    }

    @Test
    void readAfterTheEndOfTheConnectionThrows() throws IOException {
        CapturedBody body = new CapturedBody(10, new CaptureFiles(1000, directory), memory);
        take(body, 0, 1000);
        InputStream content = body.open();
        body.close();
        body.close();
        assertThatThrownBy(content::read).isInstanceOf(ClosedChannelException.class);
        content.close();
    }

    @Test
    void bodyIsRejectedIfNoFileCanBeCreated() throws IOException {
        CaptureFiles overflow = new CaptureFiles(1000, directory.resolve("none"));
        CapturedBody body = new CapturedBody(10, overflow, memory);
        assertThat(take(body, 0, 10)).isTrue();
        assertThat(take(body, 10, 20)).isFalse();
        assertThat(body.bytes()).isEqualTo(Arrays.copyOf(BYTES, 10));
        body.close();
        assertThat(overflow.reserve(1000)).isTrue();
    }

    @Test
    @DisplayName("S5a: a captured response counts against the memory of the application until it has been read")
    void memoryIsCountedUntilTheBodyHasBeenRead() throws IOException {
        CapturedBody body = new CapturedBody(1500, CaptureFiles.NONE, memory);
        for (int i = 0; i < 1000; i += 10) assertThat(take(body, i, i + 10)).isTrue();
        assertThat(budget.used()).isBetween(1000L, 1500L);
        InputStream content = body.open();
        assertThat(content.read()).isEqualTo(BYTES[0] & 0xff);
        assertThat(content.readAllBytes()).isEqualTo(Arrays.copyOfRange(BYTES, 1, 1000));
        assertThat(budget.used()).isPositive();
        content.close();
        content.close();
        assertThat(budget.used()).isZero();
        assertThatThrownBy(content::read).isInstanceOf(IOException.class);
        assertThatThrownBy(body::open).isInstanceOf(IllegalStateException.class).hasMessageContaining("has been read");
        assertThat(body.length()).isEqualTo(1000);
    }

    @Test
    @DisplayName("S5a: without memory a captured response goes to a file; where files are not allowed it is rejected")
    void withoutMemoryTheBodyGoesToAFile() {
        budget.tryReserve(1700);
        CapturedBody body = new CapturedBody(1500, new CaptureFiles(1000, directory), memory);
        for (int i = 0; i < 1000; i += 10) assertThat(take(body, i, i + 10)).isTrue();
        assertThat(budget.used()).as("all of it is in the file").isEqualTo(1700);
        assertThat(body.bytes()).isEqualTo(BYTES);

        CapturedBody other = new CapturedBody(1500, CaptureFiles.NONE, memory);
        assertThat(take(other, 0, 200)).isTrue();
        assertThat(take(other, 200, 400)).isFalse();
        assertThat(other.limitReached()).isEqualTo("there is not enough memory for the response (changeover.memory.max)");
        assertThat(other.bytes()).isEqualTo(Arrays.copyOf(BYTES, 200));
        assertThat(budget.used()).isEqualTo(1700);
    }

    @Test
    void memoryIsReleasedAtTheEndOfTheRequestOrConnection() {
        CapturedBody body = new CapturedBody(1500, CaptureFiles.NONE, memory);
        assertThat(take(body, 0, 1000)).isTrue();
        memory.close();
        assertThat(budget.used()).isZero();
        body.close();
        assertThat(budget.used()).isZero();
        assertThat(memory.reserve(1)).as("no memory is held after that").isFalse();
    }

    /** The budget then closes the connection that holds the memory. */
    @Test
    void memoryCountsForTheConnectionAfterTheSwitch() throws IOException {
        CapturedBody body = new CapturedBody(1500, CaptureFiles.NONE, memory);
        assertThat(take(body, 0, 1000)).isTrue();
        long held = budget.used();
        try (MemoryConnection switched = MemoryConnection.of((ConnectionHandler.Events) (connection, bytes) -> { })) {
            TransportConnection connection = (TransportConnection) switched.connection();
            memory.moveTo(connection);
            assertThat(budget.used()).isZero();
            assertThat(connection.memoryHeld()).isEqualTo(held);
            body.open().close();
            assertThat(connection.memoryHeld()).isZero();
        }
    }
}
