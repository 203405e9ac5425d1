package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Covers("RFC6455-5.1-02")
class CloseFrameTest {
    @Test
    void serverCloseFrameIsUnmasked() {
        assertThat(CloseFrame.of(1001, "Bye \u00fc").bytes()).isEqualTo(ByteBuffer.wrap(WireBytes.hex("8808 03e9 42796520c3bc")));
        assertThat(CloseFrame.of(1000, "").bytes()).isEqualTo(ByteBuffer.wrap(WireBytes.hex("8802 03e8")));
        assertThat(CloseFrame.of(1005, "").bytes()).isEqualTo(ByteBuffer.wrap(WireBytes.hex("8800")));
        assertThat(CloseFrame.of(4999, "x").bytes()).isEqualTo(ByteBuffer.wrap(WireBytes.hex("8803 1387 78")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8880 01020304 / true", "8882 00000000 03e8 / false", "8885 00000000 03e8 c28800 / false"})
    void closeWithoutACodeIsRecognized(String row) {
        String[] sides = row.split(" / ");
        try (FrameReader reader = new FrameReader(new FrameLimits(100, 100), Optional.empty(), new DeflaterPool(), FrameMemoryListener.UNCOUNTED)) {
            RecordingFrameListener received = new RecordingFrameListener();
            reader.read(ByteBuffer.wrap(WireBytes.hex(sides[0])), received);
            assertThat(RecordingFrameListener.payload(received.frames.get(0)).length == 0).isEqualTo(Boolean.valueOf(sides[1]));
            assertThat(reader.closeReceived()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00fc", "\u6f22", "\ud83d\ude00"})
    void longReasonIsTruncatedAtACharacter(String character) {
        for (int ahead = 0; ahead < 4; ahead++) {
            ByteBuffer frame = CloseFrame.of(1011, "x".repeat(ahead) + character.repeat(200)).bytes();
            byte[] reason = new byte[frame.remaining() - 4];
            frame.position(4).get(reason);
            assertThat(frame.get(1)).isEqualTo((byte) (reason.length + 2));
            assertThat(reason.length).isBetween(120, 123);
            assertThat(new String(reason, StandardCharsets.UTF_8)).matches("x*(" + character + ")+");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65536 + 1000})
    void invalidCodesAreRejected(int code) {
        assertThatIllegalArgumentException().isThrownBy(() -> CloseFrame.of(code, "")).withMessageContaining(String.valueOf(code));
    }

    @ParameterizedTest
    @EnumSource
    void everyFaultFitsIntoACloseFrame(FrameFault fault) {
        ByteBuffer frame = CloseFrame.of(fault).bytes();
        assertThat(frame.getShort(2)).isEqualTo((short) fault.code());
        assertThat(StandardCharsets.US_ASCII.decode(frame.position(4)).toString()).isEqualTo(fault.reason());
    }
}
