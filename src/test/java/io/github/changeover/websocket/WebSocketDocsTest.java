package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.frames.DeflaterPool;
import io.github.changeover.websocket.frames.FrameFault;
import io.github.changeover.websocket.frames.FrameLimits;
import io.github.changeover.websocket.frames.FrameListener;
import io.github.changeover.websocket.frames.FrameMemoryListener;
import io.github.changeover.websocket.frames.FrameReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the rows of the tables in docs/websocket.md. */
class WebSocketDocsTest {
    private static final Pattern ROW = Pattern.compile("\\| `([^`]*)` \\| (?:(accepted|declined|ordinary)(?: with `([^`]*)`)?|(?:rejected|closed) with (\\d+)) \\|.*");
    private static final HandshakePolicy POLICY = HandshakePolicy.NOTHING.withSubprotocols("chat").withDeflate(DeflatePolicy.JDK);
    private static final UpgradeProtocol WEBSOCKET = new UpgradeProtocol() {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(OpeningHandshake.TOKEN);
        }

        @Override
        public Optional<String> clientField() {
            return Optional.of(OpeningHandshake.CLIENT_FIELD);
        }

        @Override
        public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
            return OpeningHandshake.check(request, POLICY) instanceof OpeningHandshake.RejectedHandshake refused ? refused.refusal()
                    : new Decision.Switch(List.of(offered), ((OpeningHandshake.AcceptedHandshake) OpeningHandshake.check(request, POLICY)).fields().without("Sec-WebSocket-Accept"), context -> null);
        }
    };
    private static final PathPolicy PATHS = PathPolicy.of(PathRule.on("/chat").offer(WEBSOCKET).gate(SameOrigin.only()).build());

    static Stream<String> handshakes() throws IOException {
        return rows("## The opening handshake", 30);
    }

    static Stream<String> frames() throws IOException {
        return rows("## Frames", 18);
    }

    private static Stream<String> rows(String title, int least) throws IOException {
        String section = Files.readString(Path.of("docs/websocket.md")).split("\n" + Pattern.quote(title) + "\n")[1].split("\n## ")[0];
        List<String> rows = section.lines().filter(line -> line.startsWith("| `")).toList();
        assertThat(rows).hasSizeGreaterThanOrEqualTo(least).allMatch(row -> ROW.matcher(row).matches());
        return rows.stream();
    }

    private static Matcher cells(String row) {
        Matcher cells = ROW.matcher(row);
        assertThat(cells.matches()).isTrue();
        return cells;
    }

    @ParameterizedTest
    @MethodSource("handshakes")
    void handshakesAreAnsweredAsDocumented(String row) {
        Matcher cells = cells(row);
        UpgradeRequest request = HandshakeTable.example(cells.group(1).split(" && "));
        Decision decision = Negotiator.negotiate(request, PATHS.match("/chat"), new ProtocolToggles()).decision();
        String answer = decision instanceof Decision.Refuse refuse ? String.valueOf(refuse.status())
                : decision instanceof Decision.Switch change ? "101 " + change.fields().lines().stream().map(line -> line.name() + ": " + line.value()).toList() : "ordinary";
        String said = cells.group(4) != null ? cells.group(4) : cells.group(2).equals("ordinary") ? "ordinary"
                : "101 [" + (cells.group(3) == null ? "" : cells.group(3)) + "]";
        assertThat(answer).isEqualTo(said);
    }

    @ParameterizedTest
    @MethodSource("frames")
    void framesAreAnsweredAsDocumented(String row) {
        Matcher cells = cells(row);
        List<FrameFault> faults = new ArrayList<>();
        List<Integer> frames = new ArrayList<>();
        FrameListener sink = new FrameListener() {
            @Override
            public boolean wantsWhole(int opcode) {
                return true;
            }

            @Override
            public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
                frames.add(opcode);
            }

            @Override
            public void unfinished(long bytes) {
            }

            @Override
            public void failed(FrameFault fault) {
                faults.add(fault);
            }
        };
        DeflateAgreement agreed = new DeflateAgreement(false, false, OptionalInt.empty(), OptionalInt.empty());
        try (DeflaterPool pool = new DeflaterPool(); FrameReader reader = new FrameReader(FrameLimits.ofMessages(1000), Optional.of(agreed), pool, FrameMemoryListener.UNCOUNTED)) {
            reader.read(ByteBuffer.wrap(HexFormat.of().parseHex(cells.group(1).replace(" ", ""))), sink);
        }
        if (cells.group(4) == null) assertThat(frames).isNotEmpty();
        assertThat(faults.stream().map(fault -> String.valueOf(fault.code())).toList()).isEqualTo(cells.group(4) == null ? List.of() : List.of(cells.group(4)));
    }
}
