package io.github.changeover.negotiation;

import io.github.changeover.http.ConnectionField;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The negotiation of the WebSocket handshake of a browser, without the checks of the protocol, and the parsing of {@code Upgrade} and
 * {@code Connection} alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NegotiationBenchmark {
    private static final ProtocolToken WEBSOCKET = ProtocolToken.of("websocket");
    private final UpgradeRequest request = request();
    private final PathPolicy policy = PathPolicy.of(PathRule.on("/rooms/{room}").offer(new Agreeing()).build());
    private final ProtocolToggles switches = new ProtocolToggles();
    private final List<String> upgrade = List.of("websocket");
    private final List<String> connection = List.of("keep-alive, Upgrade");

    private static UpgradeRequest request() {
        InetSocketAddress local = new InetSocketAddress("127.0.0.1", 80);
        Fields fields = Fields.of("Host", "chat.example.com:8080", "Connection", "keep-alive, Upgrade", "Pragma", "no-cache",
                "Cache-Control", "no-cache", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Upgrade", "websocket", "Origin", "http://chat.example.com:8080", "Sec-WebSocket-Version", "13",
                "Accept-Encoding", "gzip, deflate, br, zstd", "Accept-Language", "en-GB,en;q=0.5", "Cookie", "session=0123456789abcdef0123456789abcdef",
                "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
        return UpgradeRequest.builder().path("/rooms/1").fields(fields).remote(local).local(local).build();
    }

    private static final class Agreeing implements UpgradeProtocol {
        @Override
        public List<ProtocolToken> tokens() {
            return List.of(WEBSOCKET);
        }

        @Override
        public Decision negotiate(UpgradeRequest asked, ProtocolToken offered) {
            return Decision.Switch.to(offered, context -> (ConnectionHandler.Blocking) connection -> { });
        }
    }

    /** The target is less than one microsecond. */
    @Benchmark
    public Object handshake() {
        return Negotiator.negotiate(request, policy.match(request.path()), switches);
    }

    @Benchmark
    public Object upgradeField() {
        return UpgradeField.parse(upgrade);
    }

    @Benchmark
    public Object connectionField() {
        return ConnectionField.has(connection, "upgrade");
    }
}
