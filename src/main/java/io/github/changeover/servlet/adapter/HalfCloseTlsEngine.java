package io.github.changeover.servlet.adapter;

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
 * of both directions. A close_notify of the peer appears as an empty record and as {@link #closeNotifyReceived()}.
 *
 * <p>A close_notify of either side is not reported as a handshake. The same applies to messages of TLS 1.3 after the handshake, such as tickets and
 * key updates (RFC 8446 section 4.6): Grizzly would respond immediately, on the reading thread and without the lock under which other threads encrypt
 * and queue. The response is sent before the next bytes instead, as section 4.6.3 allows. A client that starts another handshake is rejected.
 * Everything else is delegated to the engine.
 */
public final class HalfCloseTlsEngine extends SSLEngine {
    private static final int HANDSHAKE_RECORD = 22;         // the type of the record
    private static final int MAX_PENDING_KEY_UPDATES = 32;
    private static final int BYTES_PER_KEY_UPDATE = 256;    // assumed bytes of each further key update in a record; the engine processes many in one call

    private final SSLEngine delegate;
    private final boolean halfClose;
    private final boolean startsWithRecord;         // whether the input starts with a record; an engine that accepts partial records may be inside one
    private volatile boolean closeNotifyReceived, closing;
    private volatile int pendingKeyUpdates;         // whose responses wait for the next bytes: incremented by the reader, cleared by the writer

    public HalfCloseTlsEngine(SSLEngine delegate) {
        super(delegate.getPeerHost(), delegate.getPeerPort());
        this.delegate = delegate;
        halfClose = delegate.getSession().getProtocol().equals("TLSv1.3");
        startsWithRecord = delegate.getClass().getName().startsWith("sun.security.ssl.");
    }

    /** Returns whether the peer's close_notify was read. */
    public boolean closeNotifyReceived() { return closeNotifyReceived; }

    /**
     * Returns whether the two directions end independently. Before TLS 1.3, a peer responds to close_notify with its own and discards what it has not
     * sent yet.
     */
    public boolean supportsHalfClose() { return halfClose; }

    /** Returns whether the engine keeps no bytes of the peer between two calls: it consumes complete records only, and returns all of their bytes. */
    public boolean holdsNoBytes() { return startsWithRecord; }

    /** Returns the wrapped engine. */
    public SSLEngine delegate() { return delegate; }

    /** Returns our close_notify, to be sent after all other output; empty on the second call. */
    public ByteBuffer closeNotify() throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(2 * delegate.getSession().getPacketBufferSize());
        if (!closing) {
            closing = true;
            delegate.closeOutbound();
            int count;      // some engines report the output as done before they have produced it
            do count = delegate.wrap(ByteBuffer.allocate(0), out).bytesProduced();
            while (count > 0 && !delegate.isOutboundDone());
        }
        return out.flip();
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int from, int count) throws SSLException {
        int before = source.remaining();
        if (!halfClose && startsWithRecord && before > 0 && source.get(source.position()) == HANDSHAKE_RECORD) throw renegotiation();
        if (!closeNotifyReceived) {
            SSLEngineResult result = delegate.unwrap(source, targets, from, count);
            requireNoHandshake(result);
            if (result.getStatus() != SSLEngineResult.Status.CLOSED && !delegate.isInboundDone()) return result;
            closeNotifyReceived = true;
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
        if (status == HandshakeStatus.NEED_TASK) throw renegotiation();
        boolean keyUpdate = status == HandshakeStatus.NEED_WRAP && result.bytesProduced() == 0 && result.bytesConsumed() > 0;
        if (keyUpdate && (pendingKeyUpdates += 1 + result.bytesConsumed() / BYTES_PER_KEY_UPDATE) > MAX_PENDING_KEY_UPDATES) {
            throw new SSLException("The client sent more than " + MAX_PENDING_KEY_UPDATES + " key updates before their responses could be sent");
        }
    }

    private static SSLException renegotiation() {
        return new SSLException("The client started a TLS renegotiation, which is not allowed on an upgraded connection");
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
        HandshakeStatus status = delegate.getHandshakeStatus();     // first: an end that changed it to NEED_WRAP is then visible below
        return halfClose || closing || delegate.isInboundDone() ? HandshakeStatus.NOT_HANDSHAKING : status;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] sources, int from, int count, ByteBuffer target) throws SSLException {
        SSLEngineResult result = delegate.wrap(sources, from, count, target);
        clearSentResponses();
        // The engine produces nothing in a handshake that has just started; Grizzly would retry endlessly.
        boolean noProgress = result.getStatus() == SSLEngineResult.Status.OK && result.bytesConsumed() + result.bytesProduced() == 0;
        if (noProgress && hasRemaining(sources, from, count)) throw renegotiation();
        return result;
    }

    /** Clears the number of outstanding responses if the engine has sent them. Called after bytes were encrypted, by this class or by the engine directly. */
    public void clearSentResponses() {
        if (pendingKeyUpdates > 0 && delegate.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) pendingKeyUpdates = 0;
    }

    private static boolean hasRemaining(ByteBuffer[] sources, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (sources[i].hasRemaining()) return true;
        }
        return false;
    }

    @Override
    public Runnable getDelegatedTask() { return delegate.getDelegatedTask(); }

    @Override
    public void closeInbound() throws SSLException { delegate.closeInbound(); }

    @Override
    public boolean isInboundDone() { return delegate.isInboundDone(); }

    @Override
    public void closeOutbound() { delegate.closeOutbound(); }

    @Override
    public boolean isOutboundDone() { return delegate.isOutboundDone(); }

    @Override
    public String[] getSupportedCipherSuites() { return delegate.getSupportedCipherSuites(); }

    @Override
    public String[] getEnabledCipherSuites() { return delegate.getEnabledCipherSuites(); }

    @Override
    public void setEnabledCipherSuites(String[] suites) { delegate.setEnabledCipherSuites(suites); }

    @Override
    public String[] getSupportedProtocols() { return delegate.getSupportedProtocols(); }

    @Override
    public String[] getEnabledProtocols() { return delegate.getEnabledProtocols(); }

    @Override
    public void setEnabledProtocols(String[] protocols) { delegate.setEnabledProtocols(protocols); }

    @Override
    public SSLSession getSession() { return delegate.getSession(); }

    @Override
    public SSLSession getHandshakeSession() { return delegate.getHandshakeSession(); }

    @Override
    public void beginHandshake() throws SSLException { delegate.beginHandshake(); }

    @Override
    public void setUseClientMode(boolean mode) { delegate.setUseClientMode(mode); }

    @Override
    public boolean getUseClientMode() { return delegate.getUseClientMode(); }

    @Override
    public void setNeedClientAuth(boolean need) { delegate.setNeedClientAuth(need); }

    @Override
    public boolean getNeedClientAuth() { return delegate.getNeedClientAuth(); }

    @Override
    public void setWantClientAuth(boolean want) { delegate.setWantClientAuth(want); }

    @Override
    public boolean getWantClientAuth() { return delegate.getWantClientAuth(); }

    @Override
    public void setEnableSessionCreation(boolean flag) { delegate.setEnableSessionCreation(flag); }

    @Override
    public boolean getEnableSessionCreation() { return delegate.getEnableSessionCreation(); }

    @Override
    public SSLParameters getSSLParameters() { return delegate.getSSLParameters(); }

    @Override
    public void setSSLParameters(SSLParameters parameters) { delegate.setSSLParameters(parameters); }

    @Override
    public String getApplicationProtocol() { return delegate.getApplicationProtocol(); }

    @Override
    public String getHandshakeApplicationProtocol() { return delegate.getHandshakeApplicationProtocol(); }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        delegate.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return delegate.getHandshakeApplicationProtocolSelector();
    }
}
