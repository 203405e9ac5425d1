package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import org.glassfish.tyrus.core.RequestContext;
import org.glassfish.tyrus.core.TyrusUpgradeResponse;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.WebSocketEngine;
import org.glassfish.tyrus.spi.Writer;
import org.junit.jupiter.api.Test;

/** The pinned Tyrus keeps a reader's buffer, and gives it up when it is told to. */
class TyrusBufferTest {
    /** Does nothing. */
    public static final class Silent extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            // hears what comes and says nothing
        }
    }

    private static Connection connection() throws Exception {
        WebSocketEngine[] engine = new WebSocketEngine[1];
        TyrusServerContainer container = new TyrusServerContainer((java.util.Set<Class<?>>) null) {
            @Override
            public void register(Class<?> endpoint) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void register(ServerEndpointConfig config) {
                throw new UnsupportedOperationException();
            }

            @Override
            public WebSocketEngine getWebSocketEngine() {
                return engine[0];
            }

            public Map<String, Object> getProperties() {
                return Map.of();
            }
        };
        engine[0] = TyrusWebSocketEngine.builder(container).build();
        engine[0].register(ServerEndpointConfig.Builder.create(Silent.class, "/silent").build(), "");
        RequestContext request = RequestContext.Builder.create().requestURI(URI.create("/silent")).parameterMap(new HashMap<>()).build();
        request.getHeaders().putAll(Map.of("Upgrade", List.of("websocket"), "Connection", List.of("Upgrade"), "Host", List.of("localhost"),
                "Sec-WebSocket-Key", List.of("dGhlIHNhbXBsZSBub25jZQ=="), "Sec-WebSocket-Version", List.of("13")));
        return engine[0].upgrade(request, new TyrusUpgradeResponse()).createConnection(new Writer() {
            @Override
            public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> done) {
                done.completed(frame);
            }

            @Override
            public void close() {
                // nothing is open
            }
        }, reason -> { });
    }

    /** A Ping of 125 octets, so often. */
    private static ByteBuffer run(int frames) {
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        for (int i = 0; i < frames; i++) run.writeBytes(ByteBuffer.allocate(127).put((byte) 0x89).put((byte) 125).array());
        return ByteBuffer.wrap(run.toByteArray());
    }

    @Test
    void aLargeRunIsNotKept() throws Exception {
        assertThat(TyrusBuffer.known()).isTrue();
        Connection tyrus = connection();
        Field buffer = tyrus.getReadHandler().getClass().getDeclaredField("buffer");
        buffer.setAccessible(true);

        ByteBuffer large = run(1000);
        int size = large.remaining();
        tyrus.getReadHandler().handle(large);
        assertThat(((ByteBuffer) buffer.get(tyrus.getReadHandler())).capacity()).as("Tyrus keeps it").isGreaterThanOrEqualTo(size);
        TyrusBuffer.letGo(tyrus.getReadHandler(), size);
        assertThat(buffer.get(tyrus.getReadHandler())).isNull();

        tyrus.getReadHandler().handle(run(1));
        TyrusBuffer.letGo(tyrus.getReadHandler(), 127);
        assertThat(((ByteBuffer) buffer.get(tyrus.getReadHandler())).capacity()).as("a small one may stay").isLessThan(1024);
    }
}
