package io.github.changeover.servlet.container;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;

/**
 * The connection's engine after the handshake, with a close_notify in one direction hidden from the container, which takes it for the end of both: a peer's
 * is an empty record and {@link #ended()}; and neither a peer's nor ours is a handshake. Nor is what TLS 1.3 sends behind the handshake, a ticket or new keys
 * (RFC 8446 section 4.6): Grizzly would send that at once, on the thread that reads and without the lock under which others encrypt and queue. It goes
 * out before the next bytes instead, which is soon enough (section 4.6.3). A client that begins another handshake is refused. All else is the engine's own.
 */
final class TlsEnd extends SSLEngine {
    private static final int HANDSHAKE = 22;        // the type of a record
    private static final int MOST_OWED = 32;
    private static final int DEMAND = 256;          // bytes of a record that may be one demand for new keys; the engine takes many in one

    private final SSLEngine inner;
    private final boolean halves;
    private final boolean givenRecords;             // what it is given begins with a record: an engine that takes parts of them may be amid one
    private volatile boolean ended, closing;
    private volatile int owed;                      // answers to new keys that wait for the next bytes: counted by the reader, cleared by the writer

    TlsEnd(SSLEngine inner) {
        super(inner.getPeerHost(), inner.getPeerPort());
        this.inner = inner;
        halves = inner.getSession().getProtocol().equals("TLSv1.3");
        givenRecords = inner.getClass().getName().startsWith("sun.security.ssl.");
    }

    /** Whether the peer's close_notify was read. */
    boolean ended() { return ended; }

    /** Whether the two directions end each for itself. Before TLS 1.3 a peer answers close_notify by its own, and drops what it had still to send. */
    boolean halves() { return halves; }

    /** The engine that was there before. */
    SSLEngine inner() { return inner; }

    /** Our close_notify, to be sent behind all other output; empty the second time. */
    ByteBuffer close() throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(2 * inner.getSession().getPacketBufferSize());
        if (!closing) {
            closing = true;
            inner.closeOutbound();
            int count;      // some engines count the output as done before they have given it
            do count = inner.wrap(ByteBuffer.allocate(0), out).bytesProduced();
            while (count > 0 && !inner.isOutboundDone());
        }
        return out.flip();
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int from, int count) throws SSLException {
        int before = source.remaining();
        if (!halves && givenRecords && before > 0 && source.get(source.position()) == HANDSHAKE) throw refused();
        if (!ended) {
            SSLEngineResult result = inner.unwrap(source, targets, from, count);
            requireNoHandshake(result);
            if (result.getStatus() != SSLEngineResult.Status.CLOSED && !inner.isInboundDone()) return result;
            ended = true;
        }
        source.position(source.limit());                     // nothing counts behind close_notify
        return new SSLEngineResult(SSLEngineResult.Status.OK, HandshakeStatus.NOT_HANDSHAKING, before, 0);
    }

    /** Each answer is a record of its own; and a handshake of TLS 1.3 that nobody goes on with would make every later call return without a byte. */
    void requireNoHandshake(SSLEngineResult result) throws SSLException {
        HandshakeStatus status = result.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) throw refused();
        boolean demand = status == HandshakeStatus.NEED_WRAP && result.bytesProduced() == 0 && result.bytesConsumed() > 0;
        if (demand && (owed += 1 + result.bytesConsumed() / DEMAND) > MOST_OWED) {
            throw new SSLException("The client demands new keys again and again, which is refused");
        }
    }

    private static SSLException refused() {
        return new SSLException("The client begins another TLS handshake, which is refused");
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        HandshakeStatus status = inner.getHandshakeStatus();     // first: an end that made it NEED_WRAP is then seen
        return halves || closing || inner.isInboundDone() ? HandshakeStatus.NOT_HANDSHAKING : status;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int from, int count, ByteBuffer target) throws SSLException {
        SSLEngineResult result = inner.wrap(sources, from, count, target);
        forgetAnswered();
        // In a handshake that has just begun: Grizzly would try again without end.
        boolean nothing = result.getStatus() == SSLEngineResult.Status.OK && result.bytesConsumed() + result.bytesProduced() == 0;
        if (nothing && hasRemaining(sources, from, count)) throw refused();
        return result;
    }

    /** After bytes were encrypted, here or by the engine itself. */
    void forgetAnswered() {
        if (owed > 0 && inner.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) owed = 0;
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (sources[i].hasRemaining()) return true;
        }
        return false;
    }

    @Override
    public Runnable getDelegatedTask() { return inner.getDelegatedTask(); }

    @Override
    public void closeInbound() throws SSLException { inner.closeInbound(); }

    @Override
    public boolean isInboundDone() { return inner.isInboundDone(); }

    @Override
    public void closeOutbound() { inner.closeOutbound(); }

    @Override
    public boolean isOutboundDone() { return inner.isOutboundDone(); }

    @Override
    public String[] getSupportedCipherSuites() { return inner.getSupportedCipherSuites(); }

    @Override
    public String[] getEnabledCipherSuites() { return inner.getEnabledCipherSuites(); }

    @Override
    public void setEnabledCipherSuites(String[] suites) { inner.setEnabledCipherSuites(suites); }

    @Override
    public String[] getSupportedProtocols() { return inner.getSupportedProtocols(); }

    @Override
    public String[] getEnabledProtocols() { return inner.getEnabledProtocols(); }

    @Override
    public void setEnabledProtocols(String[] protocols) { inner.setEnabledProtocols(protocols); }

    @Override
    public SSLSession getSession() { return inner.getSession(); }

    @Override
    public SSLSession getHandshakeSession() { return inner.getHandshakeSession(); }

    @Override
    public void beginHandshake() throws SSLException { inner.beginHandshake(); }

    @Override
    public void setUseClientMode(boolean mode) { inner.setUseClientMode(mode); }

    @Override
    public boolean getUseClientMode() { return inner.getUseClientMode(); }

    @Override
    public void setNeedClientAuth(boolean need) { inner.setNeedClientAuth(need); }

    @Override
    public boolean getNeedClientAuth() { return inner.getNeedClientAuth(); }

    @Override
    public void setWantClientAuth(boolean want) { inner.setWantClientAuth(want); }

    @Override
    public boolean getWantClientAuth() { return inner.getWantClientAuth(); }

    @Override
    public void setEnableSessionCreation(boolean flag) { inner.setEnableSessionCreation(flag); }

    @Override
    public boolean getEnableSessionCreation() { return inner.getEnableSessionCreation(); }

    @Override
    public SSLParameters getSSLParameters() { return inner.getSSLParameters(); }

    @Override
    public void setSSLParameters(SSLParameters parameters) { inner.setSSLParameters(parameters); }

    @Override
    public String getApplicationProtocol() { return inner.getApplicationProtocol(); }

    @Override
    public String getHandshakeApplicationProtocol() { return inner.getHandshakeApplicationProtocol(); }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        inner.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return inner.getHandshakeApplicationProtocolSelector();
    }
}
