package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Compares {@link Utf8} with the decoder of the JDK. */
@Covers("RFC6455-8.1-01")
class Utf8Test {
    /** Every first byte with every second byte and some third and fourth bytes, after ASCII and before it, so that every path of the code is executed. */
    @Test
    void everyPairOfBytesAgreesWithTheJdk() {
        int[] others = {0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
        for (int lead = 0x80; lead < 0x100; lead++) {
            for (int second = 0; second < 0x100; second++) {
                for (int third : others) {
                    for (int fourth : others) {
                        byte[] bytes = {'a', (byte) lead, (byte) second, (byte) third, (byte) fourth, 'b', 'c', 'd', 'e', 'f', 'g'};
                        if (isValid(bytes, bytes.length) != isValidForJdk(bytes) || isValid(bytes, 1) != isValidForJdk(bytes)) {
                            assertThat(isValid(bytes, bytes.length)).as(Arrays.toString(bytes)).isEqualTo(isValidForJdk(bytes));
                            assertThat(isValid(bytes, 1)).as(Arrays.toString(bytes)).isEqualTo(isValidForJdk(bytes));
                        }
                    }
                }
            }
        }
    }

    @Test
    void charactersAreValidAndSurrogatesInvalid() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                byte[] bytes = {(byte) (0xe0 | point >> 12), (byte) (0x80 | point >> 6 & 0x3f), (byte) (0x80 | point & 0x3f), 'a', 'b', 'c', 'd', 'e'};
                if (isValid(bytes, bytes.length)) assertThat(point).as("surrogate").isNegative();
            } else {
                byte[] bytes = (Character.toString(point) + "abcdefgh").getBytes(StandardCharsets.UTF_8);
                if (!isValid(bytes, bytes.length)) assertThat(point).as("character").isNegative();
            }
        }
    }

    @Property
    void textIsValidAtEverySplit(@ForAll String text) {
        byte[] bytes = text.replaceAll("[\\ud800-\\udfff]", "\ud83d\ude00").getBytes(StandardCharsets.UTF_8);
        for (int split = 0; split <= bytes.length; split++) {
            Utf8 utf8 = new Utf8();
            assertThat(utf8.accept(bytes, 0, split)).isTrue();
            assertThat(utf8.accept(bytes, split, bytes.length)).isTrue();
            assertThat(utf8.end()).isTrue();
        }
    }

    @Property
    void mutatedTextAgreesWithTheJdkAtEverySplit(@ForAll @Size(max = 40) String text, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); i > 0 && bytes.length > 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        boolean right = isValidForJdk(bytes);
        for (int split = 0; split <= bytes.length; split++) {
            Utf8 utf8 = new Utf8();
            assertThat(utf8.accept(bytes, 0, split) && utf8.accept(bytes, split, bytes.length) && utf8.end()).isEqualTo(right);
        }
    }

    @Property
    void firstInvalidByteIsDetected(@ForAll @Size(max = 12) byte[] bytes, @ForAll @IntRange(max = 12) int ascii) {
        byte[] all = WireBytes.join("x".repeat(ascii).getBytes(StandardCharsets.US_ASCII), bytes);
        for (int end = 0; end <= all.length; end++) {
            assertThat(new Utf8().accept(all, 0, end)).as("the first %s of %s", end, Arrays.toString(all)).isEqualTo(isValidPrefix(all, end));
        }
    }

    private static boolean isValid(byte[] bytes, int piece) {
        Utf8 utf8 = new Utf8();
        for (int at = 0; at < bytes.length; at += piece) {
            if (!utf8.accept(bytes, at, Math.min(bytes.length, at + piece))) return false;
        }
        return utf8.end();
    }

    private static boolean isValidForJdk(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        return !decoder.decode(ByteBuffer.wrap(bytes), CharBuffer.allocate(bytes.length + 1), true).isError();
    }

    /** Whether some continuation makes the bytes valid text. The method tries continuations, because the JDK detects some invalid bytes late. */
    static boolean isValidPrefix(byte[] bytes, int end) {
        for (String tail : new String[] {"", "\u0080", "\u0080\u0080", "\u0080\u0080\u0080", "\u00a0", "\u00a0\u0080", "\u0090\u0080\u0080"}) {
            if (isValidForJdk(WireBytes.join(Arrays.copyOf(bytes, end), tail.getBytes(StandardCharsets.ISO_8859_1)))) return true;
        }
        return false;
    }
}
