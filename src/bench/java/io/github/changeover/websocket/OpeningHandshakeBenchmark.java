package io.github.changeover.websocket;

import io.github.changeover.spi.Fields;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
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

/** The WebSocket part of the handshake: its checks, the origin of the page, and the key of the response. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OpeningHandshakeBenchmark {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private final UpgradeRequest request = request();
    private final HandshakePolicy policy = HandshakePolicy.NOTHING.withDeflate(DeflatePolicy.JDK);
    private final SameOrigin origin = SameOrigin.only();

    private static UpgradeRequest request() {
        InetSocketAddress local = new InetSocketAddress("127.0.0.1", 80);
        Fields fields = Fields.of("Host", "chat.example.com:8080", "Connection", "keep-alive, Upgrade", "Upgrade", "websocket",
                "Origin", "http://chat.example.com:8080", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", KEY,
                "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
        return UpgradeRequest.builder().path("/rooms/1").fields(fields).remote(local).local(local).build();
    }

    @Benchmark
    public Object check() {
        return OpeningHandshake.check(request, policy);
    }

    @Benchmark
    public Object origin() {
        return origin.check(request, OpeningHandshake.TOKEN);
    }

    @Benchmark
    public Object acceptKey() {
        return AcceptKey.of(KEY);
    }
}
