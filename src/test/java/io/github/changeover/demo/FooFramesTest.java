package io.github.changeover.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.MemoryConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FooFramesTest {
    private static byte[] frame(int length, byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length).putInt(length).put(payload).array();
    }

    private static byte[] frame(String payload) {
        return frame(payload.length(), payload.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] join(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) all.put(part);
        return all.array();
    }

    private static MemoryConnection handlerAfter(byte[] bytes) {
        return MemoryConnection.of(FrameEcho.silent()).receive(bytes.clone());
    }

    @Test
    void framesAreEchoedUnchanged() {
        byte[] frames = join(frame("hello"), frame(""), frame("\0\u00ff"));
        assertThat(handlerAfter(frames).sent()).isEqualTo(frames);
    }

    @Test
    void longestFrameIsEchoed() {
        byte[] payload = new byte[FrameEcho.MAX_PAYLOAD];
        new Random(1).nextBytes(payload);
        byte[] frames = join(frame(payload.length, payload), frame("next"));
        MemoryConnection connection = MemoryConnection.of(FrameEcho.silent());
        for (int i = 0; i < frames.length; i += 4093) connection.receive(Arrays.copyOfRange(frames, i, Math.min(i + 4093, frames.length)));
        assertThat(connection.sent()).isEqualTo(frames);
        assertThat(connection.ended()).isEmpty();
        assertThat(handlerAfter(frames).sent()).isEqualTo(frames);
    }

    @ParameterizedTest
    @ValueSource(ints = {FrameEcho.MAX_PAYLOAD + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void longerFrameClosesWithoutAnEcho(int length) {
        byte[] bytes = join(frame("kept"), frame(length, new byte[3]));
        for (int i = 0; i <= bytes.length; i++) {
            MemoryConnection connection = handlerAfter(Arrays.copyOf(bytes, i)).receive(Arrays.copyOfRange(bytes, i, bytes.length));
            assertThat(connection.sent()).isEqualTo(frame("kept"));
            assertThat(connection.ended()).isPresent();
        }
    }

    @Test
    void everySplitGivesTheSame() {
        byte[] bytes = join(frame("a"), frame(""), frame("three"), frame(9, new byte[2]));
        byte[] whole = join(frame("a"), frame(""), frame("three"));
        for (int i = 0; i <= bytes.length; i++) {
            for (int j = i; j <= bytes.length; j++) {
                MemoryConnection split = handlerAfter(Arrays.copyOf(bytes, i)).receive(Arrays.copyOfRange(bytes, i, j))
                        .receive(Arrays.copyOfRange(bytes, j, bytes.length)).end();
                assertThat(split.sent()).isEqualTo(whole);
                assertThat(split.ended()).isPresent();
            }
        }
    }

    @Test
    void framesMayArriveByteByByte() {
        byte[] frames = join(frame("a"), frame(""), frame("three"));
        MemoryConnection connection = MemoryConnection.of(FrameEcho.silent());
        for (byte b : frames) connection.receive(b);
        assertThat(connection.sent()).isEqualTo(frames);
    }

    @Test
    void oneBurstIsOneSend() {
        byte[] frames = join(frame("first"), frame("second"), frame("third"));
        MemoryConnection connection = MemoryConnection.slow(FrameEcho.silent(), 1)
                .receive(Arrays.copyOf(frames, 3)).receive(Arrays.copyOfRange(frames, 3, frames.length)).receive(frame("fourth"));
        assertThat(connection.unread()).isEqualTo(frame("fourth").length);
        assertThat(connection.takes(frames.length).sent()).isEqualTo(frames);
        assertThat(connection.takes(Long.MAX_VALUE).sent()).isEqualTo(join(frames, frame("fourth")));
    }

    @Test
    @Covers({"MDN-02", "RFC9110-7.8-16"})
    void firstFrameIsThePageThenFramesAreEchoed() {
        MemoryConnection connection = MemoryConnection.of(handler(Optional.of(OriginalResponse.of(200, Fields.none(), "<p>page".getBytes(StandardCharsets.US_ASCII)))));
        assertThat(connection.sent()).isEqualTo(frame("<p>page"));
        connection.receive(frame("more"));
        assertThat(connection.sent()).isEqualTo(join(frame("<p>page"), frame("more")));
    }

    @Test
    void unreadPageStopsReading() {
        MemoryConnection connection = MemoryConnection.slow(FrameEcho.after(new byte[100]), 50).receive(frame("a")).end();
        assertThat(connection.unread()).isEqualTo(frame("a").length);
        assertThat(connection.takes(104).sent()).hasSize(104);
        assertThat(connection.takes(5).sent()).hasSize(109);
        assertThat(connection.ended()).isPresent();
    }

    @Test
    @Covers("RFC9110-7.8-16")
    void withoutAnOriginalResponseThereIsNoHandler() {
        assertThat(new FooPage().answersOriginalRequest()).isTrue();
        assertThatThrownBy(() -> handler(Optional.empty())).isInstanceOf(IllegalStateException.class).hasMessageContaining("foo/2");
    }

    @Test
    void protocolsAcceptOnlyGetWithoutContent() {
        assertThat(new FooFrames().content()).isEqualTo(ContentRule.NONE);
        assertThat(new FooPage().content()).isEqualTo(ContentRule.NONE);
        assertThat(new ExampleLines().content()).isEqualTo(ContentRule.NONE);
        assertThat(new Echo().content()).isEqualTo(ContentRule.NONE);
    }

    private static ConnectionHandler.Events handler(Optional<OriginalResponse> original) {
        UpgradeRequest request = UpgradeRequest.builder().path("/index.html").build();
        Decision decision = new FooPage().negotiate(request, FooFrames.TOKEN);
        return (ConnectionHandler.Events) ((Decision.Switch) decision).handler()
                .apply(SwitchContext.of(request, FooFrames.TOKEN, new byte[0], original));
    }
}
