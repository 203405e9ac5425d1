package io.github.changeover.connection;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** An application in memory, and connections of it. */
final class Rig {
    static final int BOUND = 10_000;
    static final Limits LIMITS = new Limits(BOUND, Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(2),
            Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ZERO, 1 << 16);
    private static final InetSocketAddress ANY = InetSocketAddress.createUnresolved("localhost", 80);
    private static final UpgradeRequest REQUEST = new UpgradeRequest("GET", "/memory", "", "", "HTTP/1.1", "http", Fields.none(), OptionalLong.empty(),
            false, Map.of(), ANY, ANY, Optional.empty(), Set.of(), Optional.empty(), Optional.empty());

    final Application application;

    Rig() {
        this(LIMITS, Threads.of(4, null));
    }

    Rig(Limits limits, Threads threads) {
        application = Application.of(limits, threads, Thread.currentThread().getContextClassLoader(), Witness.NONE);
    }

    LiveConnection connection(ConnectionHandler handler) {
        return connection(handler, EarlyData.DELIVER);
    }

    LiveConnection connection(ConnectionHandler handler, EarlyData early) {
        return connection(handler, early, () -> { });
    }

    LiveConnection connection(ConnectionHandler handler, EarlyData early, Runnable place) {
        return new LiveConnection(application, REQUEST, ProtocolToken.of("memory/1"), early, handler, place);
    }

    static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static ByteBuffer octets(int count) {
        return ByteBuffer.allocate(count);
    }
}
