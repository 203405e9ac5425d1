package probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The handlers of {@link Probe}. */
final class Handlers {
    private Handlers() {
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    /** Records every callback, and whether two of them ran concurrently. */
    abstract static class Told implements ConnectionHandler.Events {
        final String key;
        private final AtomicInteger inside = new AtomicInteger();

        Told(String key) {
            this.key = key;
        }

        void tell(String event) {
            Diary.add(key, event);
        }

        void enter() {
            if (inside.incrementAndGet() != 1) tell("OVERLAP");
        }

        void leave() {
            inside.decrementAndGet();
        }

        @Override
        public void opened(SwitchedConnection connection) {
            tell("opened");
        }

        @Override
        public void ended(SwitchedConnection connection) {
            tell("ended");
            connection.close();
        }

        @Override
        public void drain(SwitchedConnection connection, Duration grace) {
            tell("drain");
            connection.send(bytes("BYE\n"));
            connection.close();
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
            tell("closed " + cause.kind());
        }
    }

    /** Echoes every byte, and pauses the connection while the peer reads nothing. */
    static final class Echo extends Told {
        Echo(String key) {
            super(key);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            enter();
            if (!connection.send(bytes)) connection.pause();
            leave();
        }

        @Override
        public void writable(SwitchedConnection connection) {
            enter();
            connection.resume();
            leave();
        }
    }

    /** Echoes with streams. */
    record BlockingEcho(String key) implements ConnectionHandler.Blocking {
        @Override
        public void serve(BlockingConnection connection) throws IOException {
            Diary.add(key, "opened");
            try {
                connection.input().transferTo(connection.output());
                Diary.add(key, "served");
            } catch (IOException failure) {
                Diary.add(key, "failed " + failure.getMessage());
                throw failure;
            }
        }
    }

    /** Sends a greeting before the client has sent anything. */
    static final class SpeaksFirst extends Told {
        SpeaksFirst(String key) {
            super(key);
        }

        @Override
        public void opened(SwitchedConnection connection) {
            super.opened(connection);
            connection.send(bytes("hello\n"));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }

    /** Throws an exception in the callback with this name. */
    static final class Throws extends Told {
        private final String where;

        Throws(String key, String where) {
            super(key);
            this.where = where;
        }

        private void maybe(String here) {
            tell(here);
            if (here.equals(where)) throw new IllegalStateException("thrown in " + here);
        }

        @Override
        public void opened(SwitchedConnection connection) {
            maybe("opened");
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            maybe("received");
            connection.send(ByteBuffer.allocate(where.equals("writable") ? 32 << 20 : 4 << 20));     // of 32 MB, some bytes wait to be sent
            tell("sent");
        }

        @Override
        public void writable(SwitchedConnection connection) {
            maybe("writable");
        }

        @Override
        public void ended(SwitchedConnection connection) {
            maybe("ended");
            connection.close();
        }

        @Override
        public void closed(SwitchedConnection connection, CloseCause cause) {
            super.closed(connection, cause);
            maybe("closed");
        }
    }

    /** Sends this number of bytes, each of them its position modulo 251, as fast as the peer reads. Then closes. */
    static final class Push extends Told {
        private final int total;
        private int sent;

        Push(String key, int total) {
            super(key);
            this.total = total;
        }

        @Override
        public void opened(SwitchedConnection connection) {
            super.opened(connection);
            writable(connection);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
        }

        @Override
        public void writable(SwitchedConnection connection) {
            boolean more = true;
            while (more && sent < total) {
                ByteBuffer piece = ByteBuffer.allocate(Math.min(100_000, total - sent));
                while (piece.hasRemaining()) piece.put((byte) (sent++ % 251));
                more = connection.send(piece.flip());
            }
            if (sent == total) connection.close();
        }
    }

    /** Continues to send, whatever send() returns. */
    static final class Floods extends Told {
        Floods(String key) {
            super(key);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            try {
                while (true) connection.send(ByteBuffer.allocate(1 << 16));
            } catch (IllegalStateException told) {
                tell("told " + told.getMessage());
                throw told;
            }
        }
    }

    /** Receives one part, pauses, and receives the rest when {@link Control} resumes it. */
    static final class Pauses extends Told {
        private long taken;

        Pauses(String key) {
            super(key);
        }

        @Override
        public void opened(SwitchedConnection connection) {
            Control.keep(key, connection);      // before the event is recorded, because a test sends its command at once
            super.opened(connection);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            if (taken == 0) {
                connection.pause();
                tell("paused");
            }
            taken += bytes.remaining();
            tell("taken " + taken);
        }

        @Override
        public void ended(SwitchedConnection connection) {
            connection.send(bytes(Long.toString(taken)));
            super.ended(connection);
        }
    }

    /** Does nothing by itself. {@link Control} calls the connection from its own thread. */
    static final class Commands extends Told {
        Commands(String key) {
            super(key);
        }

        @Override
        public void opened(SwitchedConnection connection) {
            Control.keep(key, connection);      // before the event is recorded, because a test sends its command at once
            super.opened(connection);
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            tell("received " + bytes.remaining());
        }

        @Override
        public void ended(SwitchedConnection connection) {
            tell("ended");
        }
    }

    /** Sends the content of the request, then echoes. */
    static final class SaysContent extends Told {
        private final byte[] content;

        SaysContent(String key, byte[] content) {
            super(key);
            this.content = content;
        }

        @Override
        public void opened(SwitchedConnection connection) {
            super.opened(connection);
            connection.send(bytes(content.length + ":"));
            connection.send(ByteBuffer.wrap(content));
            connection.send(bytes("\n"));
        }

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            connection.send(bytes);
        }
    }
}
