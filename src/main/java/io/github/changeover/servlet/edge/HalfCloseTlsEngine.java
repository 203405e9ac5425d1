package io.github.changeover.servlet.edge;

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
 * Wraps the engine of a connection after the handshake. It hides a close_notify in one direction from the container, which would treat it as the end
 * of both directions. A close_notify of the peer appears as an empty record and as {@link #ended()}.
 *
 * <p>A close_notify of either side is not reported as a handshake. The same applies to messages of TLS 1.3 after the handshake, such as tickets and
 * key updates (RFC 8446 section 4.6): Grizzly would respond immediately, on the reading thread and without the lock under which other threads encrypt
 * and queue. The response is sent before the next bytes instead, as section 4.6.3 allows. A client that starts another handshake is rejected.
 * Everything else is delegated to the engine.
 */
public final class HalfCloseTlsEngine extends SSLEngine {
    private static final int HANDSHAKE = 22;        // the type of a record
    private static final int MOST_OWED = 32;
    private static final int DEMAND = 256;          // assumed bytes of each further key update in a record; the engine processes many in one call

    private final SSLEngine inner;
    private final boolean halves;
    private final boolean givenRecords;             // whether the input starts with a record; an engine that accepts partial records may be inside one
    private volatile boolean ended, closing;
    private volatile int owed;                      // responses to key updates that wait for the next bytes: incremented by the reader, cleared by the writer

    public HalfCloseTlsEngine(SSLEngine inner) {
        super(inner.getPeerHost(), inner.getPeerPort());
        this.inner = inner;
        halves = inner.getSession().getProtocol().equals("TLSv1.3");
        givenRecords = inner.getClass().getName().startsWith("sun.security.ssl.");
    }

    /** Returns whether the peer's close_notify was read. */
    public boolean ended() { return ended; }

    /**
     * Returns whether the two directions end independently. Before TLS 1.3, a peer responds to close_notify with its own and discards what it has not
     * sent yet.
     */
    public boolean halves() { return halves; }

    /** Returns the wrapped engine. */
    public SSLEngine inner() { return inner; }

    /** Returns our close_notify, to be sent after all other output; empty on the second call. */
    public ByteBuffer close() throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(2 * inner.getSession().getPacketBufferSize());
        if (!closing) {
            closing = true;
            inner.closeOutbound();
            int count;      // some engines report the output as done before they have produced it
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
        source.position(source.limit());                     // bytes after close_notify are ignored
        return new SSLEngineResult(SSLEngineResult.Status.OK, HandshakeStatus.NOT_HANDSHAKING, before, 0);
    }

    /**
     * Rejects another handshake and too many key updates. Each response to a key update is a separate record. If a handshake of TLS 1.3 is not
     * continued, every later call returns without a byte.
     */
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
        HandshakeStatus status = inner.getHandshakeStatus();     // first: an end that changed it to NEED_WRAP is then visible below
        return halves || closing || inner.isInboundDone() ? HandshakeStatus.NOT_HANDSHAKING : status;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int from, int count, ByteBuffer target) throws SSLException {
        SSLEngineResult result = inner.wrap(sources, from, count, target);
        forgetAnswered();
        // The engine produces nothing in a handshake that has just started; Grizzly would retry endlessly.
        boolean nothing = result.getStatus() == SSLEngineResult.Status.OK && result.bytesConsumed() + result.bytesProduced() == 0;
        if (nothing && hasRemaining(sources, from, count)) throw refused();
        return result;
    }

    /** Clears the number of outstanding responses if the engine has sent them. Called after bytes were encrypted, by this class or by the engine directly. */
    public void forgetAnswered() {
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
