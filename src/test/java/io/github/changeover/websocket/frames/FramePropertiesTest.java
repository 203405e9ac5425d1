package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.websocket.DeflateAgreement;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.Deflater;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Valid and invalid streams of messages, split at any position. */
class FramePropertiesTest {
    private static final FrameLimits LIMITS = new FrameLimits(70_000, 70_000);

    /** @param seed determines the positions of the splits, the masking keys and the control frames between the fragments */
    record SentMessage(boolean text, boolean compressed, int fragments, byte[] payload, long seed) {
        @Override
        public String toString() {
            return (text ? "text" : "binary") + (compressed ? ", compressed" : "") + ", " + fragments + " fragments, " + payload.length + " bytes, seed " + seed;
        }
    }

    record Negotiated(Optional<DeflateAgreement> deflate) {
        boolean takeover() {
            return deflate.isPresent() && !deflate.get().clientNoContextTakeover();
        }
    }

    /** Converts frames without masks and compression to messages, independent of their fragments. Control frames are unchanged. */
    private static List<byte[]> messages(List<byte[]> frames) {
        List<byte[]> all = new ArrayList<>();
        byte[] message = null;
        for (byte[] frame : frames) {
            if ((frame[0] & 8) != 0) {
                all.add(frame);
                continue;
            }
            message = WireBytes.join(message == null ? new byte[] {(byte) (frame[0] & 15)} : message, RecordingFrameListener.payload(frame));
            if (frame[0] < 0) {
                all.add(message);
                message = null;
            }
        }
        return all;
    }

    /** Returns the bytes that a client sends. Adds the expected result to the list, in the form of {@link #messages}. */
    private static byte[] stream(List<SentMessage> sent, Negotiated connection, List<byte[]> expected) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(9, true);
        for (SentMessage message : sent) {
            Random random = new Random(message.seed);
            boolean compressed = message.compressed && connection.deflate.isPresent();
            byte[] bytes = compressed ? WireBytes.deflated(deflater, message.payload) : message.payload;
            if (compressed && !connection.takeover()) deflater.reset();
            int at = 0;
            for (int i = 1; i <= message.fragments; i++) {
                int end = i == message.fragments ? bytes.length : at + random.nextInt(bytes.length - at + 1);
                int first = (i == message.fragments ? 0x80 : 0) | (i > 1 ? 0 : message.text ? 1 : 2) | (i == 1 && compressed ? 0x40 : 0);
                out.writeBytes(WireBytes.frame(first, true, random.nextInt(), Arrays.copyOfRange(bytes, at, end)));
                at = end;
                while (i < message.fragments && random.nextBoolean()) {
                    byte[] payload = new byte[random.nextInt(126)];
                    random.nextBytes(payload);
                    int control = random.nextBoolean() ? 0x89 : 0x8a;
                    out.writeBytes(WireBytes.frame(control, true, random.nextInt(), payload));
                    expected.add(WireBytes.plain(control, payload));
                }
            }
            expected.add(WireBytes.join(new byte[] {(byte) (message.text ? 1 : 2)}, message.payload));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static RecordingFrameListener read(byte[] stream, Negotiated connection, Random cuts, boolean whole) {
        return read(stream, connection, cuts, whole, new CountingMemoryListener());
    }

    private static RecordingFrameListener read(byte[] stream, Negotiated connection, Random cuts, boolean whole, CountingMemoryListener memory) {
        RecordingFrameListener received = new RecordingFrameListener(whole);
        try (DeflaterPool pool = new DeflaterPool()) {
            FrameReader reader = new FrameReader(LIMITS, connection.deflate, pool, memory);
            for (int at = 0; at < stream.length; ) {
                int most = cuts.nextInt(4) == 0 ? stream.length : cuts.nextInt(3) == 0 ? 4 : 200;
                int count = Math.min(stream.length - at, 1 + cuts.nextInt(most));
                int offset = cuts.nextInt(9);
                ByteBuffer bytes = cuts.nextInt(3) == 0 ? ByteBuffer.allocateDirect(offset + count + 3) : ByteBuffer.allocate(offset + count + 3).slice(offset / 2, offset - offset / 2 + count + 1);
                int start = bytes.limit() - count - (bytes.isDirect() ? 3 : 1);
                reader.read(bytes.put(start, stream, at, count).position(start).limit(start + count), received);
                assertThat(bytes.hasRemaining()).isFalse();
                at += count;
            }
            reader.close();
            assertThat(pool.inflatersInUse()).as("inflaters not released").isZero();
            assertThat(memory.used).as("memory not released").isZero();
        }
        return received;
    }

    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
    @Covers({"RFC6455-5.4-01", "RFC7692-6-01"})
    void messagesAreTheSameForAnySplit(@ForAll @Size(max = 6) List<@From("sent") SentMessage> sent, @ForAll @From("connections") Negotiated connection, @ForAll long seed) {
        List<byte[]> expected = new ArrayList<>();
        byte[] stream = stream(sent, connection, expected);
        Random cuts = new Random(seed);
        List<byte[]> naive = new ReferenceFrameReader(LIMITS, connection.deflate.isPresent(), connection.takeover()).read(stream).frames;
        for (int i = 0; i < 4; i++) {
            boolean whole = i % 2 == 1;
            RecordingFrameListener received = read(stream, connection, cuts, whole);
            assertThat(received.faults).isEmpty();
            assertThat(messages(received.frames)).usingElementComparator(Arrays::compare).containsExactlyElementsOf(expected);
            assertThat(RecordingFrameListener.joined(received.frames, whole)).usingElementComparator(Arrays::compare).containsExactlyElementsOf(RecordingFrameListener.joined(naive, whole));
        }
    }

    /** {@link RecordingFrameListener} checks all output. {@link ReferenceFrameReader} determines the expected output. */
    @Property(tries = 4000, edgeCases = EdgeCasesMode.NONE)
    @Covers({"RFC6455-5.1-01", "RFC6455-5.2-01", "RFC6455-5.4-01", "RFC6455-8.1-01", "RFC7692-6-01"})
    void invalidStreamPassesNothingInvalidAndNeverThrows(@ForAll @Size(min = 1, max = 4) List<@From("small") SentMessage> sent,
            @ForAll @From("connections") Negotiated connection, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] stream = mutated(stream(sent, connection, new ArrayList<>()), random);
        ReferenceFrameReader naive = new ReferenceFrameReader(LIMITS, connection.deflate.isPresent(), connection.takeover()).read(stream);
        for (int i = 0; i < 4; i++) {
            boolean whole = i % 2 == 1;
            RecordingFrameListener received = read(stream, connection, random, whole);
            assertThat(RecordingFrameListener.joined(received.frames, whole)).usingElementComparator(Arrays::compare).containsExactlyElementsOf(RecordingFrameListener.joined(naive.frames, whole));
            // If one inflated piece has two faults, the size of the pieces determines which is detected first.
            if (connection.deflate.isEmpty()) assertThat(received.faults).extracting(FrameFault::code).isEqualTo(naive.code == 0 ? List.of() : List.of(naive.code));
            else assertThat(received.faults).hasSize(naive.code == 0 ? 0 : 1);
        }
    }

    @Property(tries = 2000)
    void randomBytesAreHandledAsByTheNaiveReader(@ForAll @Size(max = 60) byte[] noise, @ForAll @From("connections") Negotiated connection, @ForAll long seed) {
        ReferenceFrameReader naive = new ReferenceFrameReader(LIMITS, connection.deflate.isPresent(), connection.takeover()).read(noise);
        boolean whole = seed % 2 == 0;
        RecordingFrameListener received = read(noise, connection, new Random(seed), whole);
        assertThat(RecordingFrameListener.joined(received.frames, whole)).usingElementComparator(Arrays::compare).containsExactlyElementsOf(RecordingFrameListener.joined(naive.frames, whole));
        assertThat(received.faults).hasSize(naive.code == 0 ? 0 : 1);
    }

    /** Memory may be exhausted at any point. Then nothing invalid is passed on, nothing follows, and no memory is kept. */
    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void connectionFailsWithoutMemory(@ForAll @Size(min = 1, max = 4) List<@From("sent") SentMessage> sent, @ForAll @From("connections") Negotiated connection, @ForAll long seed) {
        byte[] stream = stream(sent, connection, new ArrayList<>());
        Random random = new Random(seed);
        boolean whole = random.nextBoolean();
        CountingMemoryListener memory = new CountingMemoryListener();
        memory.most = random.nextInt(random.nextBoolean() ? 60_000 : 500);
        List<byte[]> naive = RecordingFrameListener.joined(new ReferenceFrameReader(LIMITS, connection.deflate.isPresent(), connection.takeover()).read(stream).frames, true);
        RecordingFrameListener received = read(stream, connection, random, whole, memory);
        assertThat(memory.used).isZero();
        if (received.faults.isEmpty()) assertThat(memory.highest).isLessThanOrEqualTo(memory.most);
        else assertThat(received.faults).containsExactly(FrameFault.NO_MEMORY);
        List<byte[]> given = RecordingFrameListener.joined(received.frames, true);
        assertThat(given).usingElementComparator(Arrays::compare).containsExactlyElementsOf(naive.subList(0, given.size()));
    }

    private static byte[] mutated(byte[] stream, Random random) {
        byte[] changed = stream.clone();
        for (int i = 1 + random.nextInt(3); i > 0 && changed.length > 0; i--) {
            int at = random.nextInt(Math.min(changed.length, random.nextBoolean() ? 16 : changed.length));
            switch (random.nextInt(4)) {
                case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[at] = (byte) random.nextInt();
                case 2 -> changed = WireBytes.join(Arrays.copyOf(changed, at), Arrays.copyOfRange(changed, at + 1, changed.length));
                default -> changed = WireBytes.join(Arrays.copyOf(changed, at), new byte[] {(byte) random.nextInt()}, Arrays.copyOfRange(changed, at, changed.length));
            }
        }
        return changed;
    }

    @Provide
    Arbitrary<SentMessage> sent() {
        return sent(20_000);
    }

    @Provide
    Arbitrary<SentMessage> small() {
        return sent(150);
    }

    private static Arbitrary<SentMessage> sent(int longest) {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(flags, flags, Arbitraries.integers().between(1, 4), Arbitraries.integers().between(0, longest), Arbitraries.longs())
                .as((text, compressed, fragments, length, seed) -> new SentMessage(text, compressed, fragments, payload(text, length, seed), seed));
    }

    private static byte[] payload(boolean text, int length, long seed) {
        Random random = new Random(~seed);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (!text) return bytes;
        String[] words = {"changeover ", "\u00fcber ", "\u6f22\u5b57", "\ud83d\ude00", "x"};
        StringBuilder some = new StringBuilder();
        while (some.length() < length / 3) some.append(words[random.nextInt(random.nextBoolean() ? 1 : words.length)]);
        return some.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<Negotiated> connections() {
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        return Combinators.combine(flags, flags).as((server, client) -> new DeflateAgreement(server, client, OptionalInt.empty(), OptionalInt.empty()))
                .optional(0.8).map(Negotiated::new);
    }
}
