package docker;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code Upgrade: tcp} as in Docker: the client sends the input of the program as it is, and gets its two outputs in frames of one stream. */
final class Exec implements UpgradeProtocol {
    private static final byte OUT = 1, ERR = 2;

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(ProtocolToken.of("tcp"));
    }

    @Override
    public ContentRule content() {
        return ContentRule.allowing("POST");
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        if (!request.fields().first("Content-Type").orElse("").startsWith("application/json")) return new Decision.Refuse(400, "The content is to be JSON.");
        return new Decision.Switch(List.of(offered), Fields.of("Content-Type", "application/vnd.docker.multiplexed-stream"),
                context -> new Cat(context.request().pathParameter("id"), new String(context.content(), StandardCharsets.UTF_8)));
    }

    private static final class Cat implements ConnectionHandler.Events {
        private final String id;
        private final String content;
        private long count;

        Cat(String id, String content) {
            this.id = id;
            this.content = content;
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            count += bytes.remaining();
            send(connection, OUT, bytes);
        }

        @Override
        public void writable(SwitchedConnection connection) {
            connection.resume();
        }

        /** The end of the input does not end the output, which is completed first. */
        @Override
        public void ended(SwitchedConnection connection) {
            send(connection, ERR, ByteBuffer.wrap((count + " bytes, asked with " + content.strip() + "\n").getBytes(StandardCharsets.UTF_8)));
            Api.ENDED.add(id);
            connection.close();
        }

        private static void send(SwitchedConnection connection, byte stream, ByteBuffer bytes) {
            ByteBuffer frame = ByteBuffer.allocate(8 + bytes.remaining());
            frame.put(stream).put(new byte[3]).putInt(bytes.remaining()).put(bytes).flip();
            if (!connection.send(frame)) connection.pause();
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
            Api.ENDED.add(id);
        }
    }
}
