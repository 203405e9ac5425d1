package io.github.changeover.servlet.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The order of steps that no client can observe. The channel calls the test back at each step. */
class TomcatTransportTest {
    private final WatchedChannel channel = new WatchedChannel();
    private final TomcatTransport transport = transport();

    private TomcatTransport transport() {
        NioChannel socket = new NioChannel(new SocketBufferHandler(64, 64, false));
        NioEndpoint.NioSocketWrapper wrapper = new NioEndpoint.NioSocketWrapper(socket, new NioEndpoint());
        try {
            socket.reset(channel, wrapper);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return new TomcatTransport(wrapper, null, null);
    }

    @Test
    @DisplayName("S10: a writer that comes while the connection is aborted does not reach the channel, which may be another connection's by then")
    void writeAfterTheCloseFails() {
        assertThat(transport.beginDispatch()).isTrue();      // the dispatch, not the abort, gives the socket to Tomcat
        channel.whenTouched = () -> {
            assertThatThrownBy(() -> transport.write(ByteBuffer.allocate(1))).isInstanceOf(IOException.class).hasMessage("The connection is closed");
            channel.looked = true;
            throw new IOException("enough seen");
        };
        transport.abort();
        assertThat(channel.looked).as("the channel was touched").isTrue();
        assertThat(channel.written).isZero();
        assertThat(transport.endDispatch()).as("the socket is still ours").isFalse();
    }

    private interface ChannelStep {
        void run() throws IOException;
    }

    /** Counts the bytes that are written, and calls the test before everything else. */
    private static final class WatchedChannel extends SocketChannel {
        private ChannelStep whenTouched = () -> { };
        private boolean looked;
        private int written;

        WatchedChannel() {
            super(SelectorProvider.provider());
        }

        @Override
        public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
            whenTouched.run();
            return this;
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            whenTouched.run();
        }

        @Override
        public int write(ByteBuffer source) {
            written += source.remaining();
            source.position(source.limit());
            return source.limit();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target) {
            return 0;
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            return 0;
        }

        @Override
        public SocketChannel bind(SocketAddress local) {
            return this;
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            return null;
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public SocketChannel shutdownInput() {
            return this;
        }

        @Override
        public SocketChannel shutdownOutput() {
            return this;
        }

        @Override
        public Socket socket() {
            return new Socket();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public boolean isConnectionPending() {
            return false;
        }

        @Override
        public boolean connect(SocketAddress remote) {
            return true;
        }

        @Override
        public boolean finishConnect() {
            return true;
        }

        @Override
        public SocketAddress getRemoteAddress() {
            return null;
        }

        @Override
        public SocketAddress getLocalAddress() {
            return null;
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
        }
    }
}
