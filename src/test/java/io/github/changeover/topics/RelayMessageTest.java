package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.topics.Heartbeat.LastNumber;
import io.github.changeover.topics.Heartbeat.TopicPresence;
import io.github.changeover.topics.RelayMessage.InvalidMessageException;
import io.github.changeover.topics.RelayMessage.Kind;
import io.github.changeover.topics.RelayMessage.Signer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes between nodes. */
class RelayMessageTest {
    private static final Signer SIGNER = Signer.of(Optional.of("a secret"));

    private static RelayMessage message(TopicMessage content) {
        return new RelayMessage(Kind.MESSAGE, 0x0102030405060708L, 2, 3, RelayMessage.body(content));
    }

    @Test
    void bytesOfAMessage() {
        byte[] bytes = message(TopicMessage.text("Hi").withKey("k")).encode("app:tnews", Signer.NONE);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("0100" + "0102030405060708" + "0000000000000002" + "0000000000000003" + "00000006" + "03" + "0001" + "6b" + "4869");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messageIsTheSameAfterwards(boolean signed) throws InvalidMessageException {
        Signer signer = signed ? SIGNER : Signer.NONE;
        byte[] binary = new byte[10_000];
        new Random(1).nextBytes(binary);
        for (TopicMessage content : List.of(TopicMessage.text("\u20ac"), TopicMessage.text(""), TopicMessage.bytes(ByteBuffer.wrap(binary)), TopicMessage.bytes(ByteBuffer.wrap(binary)).withKey("\u20ac"))) {
            RelayMessage decoded = RelayMessage.decode("c", message(content).encode("c", signer), signer);
            assertThat(decoded.node()).isEqualTo(0x0102030405060708L);
            assertThat(decoded.epoch()).isEqualTo(2);
            assertThat(decoded.number()).isEqualTo(3);
            TopicMessage after = decoded.message();
            assertThat(after.isText()).isEqualTo(content.isText());
            assertThat(after.content()).isEqualTo(content.content());
            assertThat(after.key()).isEqualTo(content.key());
        }
    }

    @Test
    void everyChangedByteOfASignedMessageIsFound() {
        byte[] bytes = message(TopicMessage.text("pay 100")).encode("app:torders", SIGNER);
        for (int at = 0; at < bytes.length; at++) {
            byte[] forged = bytes.clone();
            forged[at] ^= 1;
            assertThatThrownBy(() -> RelayMessage.decode("app:torders", forged, SIGNER)).isInstanceOf(InvalidMessageException.class);
        }
        assertThatThrownBy(() -> RelayMessage.decode("app:tother", bytes, SIGNER)).as("in another channel").isInstanceOf(InvalidMessageException.class);
        assertThatThrownBy(() -> RelayMessage.decode("app:torders", bytes, Signer.of(Optional.of("another")))).isInstanceOf(InvalidMessageException.class);
        assertThatThrownBy(() -> RelayMessage.decode("app:torders", bytes, Signer.NONE)).hasMessageContaining("changeover.relay.secret");
        assertThatThrownBy(() -> RelayMessage.decode("app:torders", message(TopicMessage.text("pay 100")).encode("app:torders", Signer.NONE), SIGNER)).hasMessageContaining("changeover.relay.secret");
    }

    @Test
    void garbageIsInvalidAndNothingElse() {
        Random random = new Random(7);
        byte[] valid = message(TopicMessage.text("hello").withKey("k")).encode("c", Signer.NONE);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(60)] : valid.clone();
            if (i % 2 == 0) random.nextBytes(bytes);
            else for (int n = 0; n < 3; n++) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                RelayMessage decoded = RelayMessage.decode("c", bytes, Signer.NONE);
                if (decoded.kind() == Kind.MESSAGE) decoded.message();
                else Heartbeat.decode(decoded.body());
            } catch (InvalidMessageException expected) {
                assertThat(expected.getMessage()).hasSizeLessThan(300);
            }
        }
    }

    @Test
    void longHeartbeatIsSentInParts() throws InvalidMessageException {
        List<LastNumber> numbers = IntStream.range(0, 5000).mapToObj(i -> new LastNumber("tnumber" + i, 1, i + 1)).toList();
        List<TopicPresence> presence = IntStream.range(0, 5000).mapToObj(i -> new TopicPresence("ttopic" + i, i, new TreeSet<>(Set.of("ann" + i, "bob")))).toList();
        List<byte[]> parts = Heartbeat.encode(true, numbers, presence);
        assertThat(parts).hasSizeGreaterThan(5).allSatisfy(part -> assertThat(part).hasSizeLessThan(34_000));
        List<LastNumber> numbersAfter = new ArrayList<>();
        List<TopicPresence> presenceAfter = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Heartbeat part = Heartbeat.decode(parts.get(i));
            assertThat(part.complete()).isTrue();
            assertThat(part.isFirst()).isEqualTo(i == 0);
            assertThat(part.isLast()).isEqualTo(i == parts.size() - 1);
            numbersAfter.addAll(part.numbers());
            presenceAfter.addAll(part.presence());
        }
        assertThat(numbersAfter).isEqualTo(numbers);
        assertThat(presenceAfter).isEqualTo(presence);
    }

    @Test
    void shortHeartbeatIsOnePart() throws InvalidMessageException {
        List<byte[]> parts = Heartbeat.encode(false, List.of(), List.of());
        assertThat(parts).hasSize(1);
        assertThat(Heartbeat.decode(parts.get(0))).isEqualTo(new Heartbeat(false, true, true, List.of(), List.of()));
    }

    @Test
    void invalidHeartbeats() {
        byte[] whole = Heartbeat.encode(false, List.of(new LastNumber("ta", 1, 1)), List.of(new TopicPresence("tb", 1, Set.of("ann")))).get(0);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            try {
                Heartbeat.decode(cut);
            } catch (InvalidMessageException expected) {
                assertThat(expected).hasMessageContaining("incomplete");
            }
        }
        assertThatThrownBy(() -> Heartbeat.decode(new byte[] {0, 9, 0, 2, 't', 'a'})).hasMessageContaining("type 9");
        assertThatThrownBy(() -> Heartbeat.decode((new String(new char[] {0, 2, 0, 1, 't'})).getBytes(StandardCharsets.ISO_8859_1))).hasMessageContaining("key");
    }
}
