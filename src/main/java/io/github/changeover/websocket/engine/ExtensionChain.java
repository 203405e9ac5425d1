package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.FrameExtensions;
import io.github.changeover.websocket.frames.Opcode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.core.extension.ExtendedExtension;

/**
 * The extensions of one connection that implement Tyrus' {@code ExtendedExtension}. The first extension in the response is the nearest to the application
 * (RFC 6455 section 9.1). In each direction, one thread at a time calls them. The two directions have separate locks, so an extension that blocks while
 * sending does not delay incoming frames.
 */
final class ExtensionChain implements FrameExtensions, ExtendedExtension.ExtensionContext {
    private static final System.Logger LOG = System.getLogger(ExtensionChain.class.getName());
    private final Map<String, Object> properties = Collections.synchronizedMap(new HashMap<>());
    private final Object incoming = new Object(), outgoing = new Object();
    private final List<ExtendedExtension> negotiated = new ArrayList<>();       // and not destroyed yet
    private boolean warned;         // about control frames; guarded by outgoing
    private volatile List<ExtendedExtension> extensions = List.of();
    private volatile boolean begun;

    /** Adds an extension that took part in the negotiation. It is notified of the end of the connection even if it is not agreed on. */
    void negotiated(ExtendedExtension extension) {
        negotiated.add(extension);
    }

    /** Sets the agreed extensions. Called before the connection opens. */
    void use(List<ExtendedExtension> agreed) {
        for (ExtendedExtension extension : agreed) {
            if (!negotiated.contains(extension)) negotiated.add(extension);
        }
        extensions = List.copyOf(agreed);
    }

    boolean isEmpty() {
        return extensions.isEmpty();
    }

    @Override
    public Map<String, Object> getProperties() {
        return properties;
    }

    @Override
    public Frame incoming(Frame frame) {
        synchronized (incoming) {
            return in(frame);
        }
    }

    private Frame in(Frame frame) {
        List<ExtendedExtension> all = extensions;
        org.glassfish.tyrus.core.frame.Frame passed = tyrus(frame);
        for (int i = all.size() - 1; i >= 0 && passed != null; i--) {
            ExtendedExtension extension = all.get(i);
            try {
                passed = extension.processIncoming(this, passed);
            } catch (RuntimeException | Error failed) {
                LOG.log(System.Logger.Level.WARNING, "The WebSocket extension " + extension.getName() + " cannot read a frame: the session is closed with 1011", failed);
                throw exception(extension, failed);
            }
        }
        return passed == null ? null : plain(passed);
    }

    @Override
    public Frame outgoing(Frame frame) {
        synchronized (outgoing) {
            return out(frame);
        }
    }

    private Frame out(Frame frame) {
        org.glassfish.tyrus.core.frame.Frame passed = tyrus(frame);
        for (ExtendedExtension extension : extensions) {
            try {
                passed = extension.processOutgoing(this, passed);
                if (passed == null) throw new IllegalStateException("The WebSocket extension " + extension.getName() + " returned no frame for a frame to send");
            } catch (RuntimeException | Error failed) {
                if (!Opcode.isControl(frame.first())) throw exception(extension, failed);
                if (!warned) LOG.log(System.Logger.Level.WARNING, "The WebSocket extension " + extension.getName() + " cannot send a control frame: the frame is sent unchanged. This is logged once per session", failed);
                warned = true;
                return frame;
            }
        }
        return plain(passed);
    }

    /** Wraps an error of an extension, such as a missing class. It is then handled like an exception of the extension. */
    private static RuntimeException exception(ExtendedExtension extension, Throwable failed) {
        return failed instanceof RuntimeException exception ? exception : new IllegalStateException("The WebSocket extension " + extension.getName() + " failed", failed);
    }

    private static org.glassfish.tyrus.core.frame.Frame tyrus(Frame frame) {
        int first = frame.first();
        return org.glassfish.tyrus.core.frame.Frame.builder().fin((first & Opcode.FIN) != 0).rsv1((first & Opcode.RSV1) != 0).rsv2((first & Opcode.RSV2) != 0).rsv3((first & Opcode.RSV3) != 0)
                .opcode((byte) (first & Opcode.MASK)).payloadData(frame.payload()).build();
    }

    private static Frame plain(org.glassfish.tyrus.core.frame.Frame frame) {
        int first = (frame.isFin() ? Opcode.FIN : 0) | (frame.isRsv1() ? Opcode.RSV1 : 0) | (frame.isRsv2() ? Opcode.RSV2 : 0) | (frame.isRsv3() ? Opcode.RSV3 : 0) | frame.getOpcode() & Opcode.MASK;
        byte[] payload = frame.getPayloadData();
        int length = (int) Math.min(payload.length, frame.getPayloadLength());
        return new Frame(first, length == payload.length ? payload : Arrays.copyOf(payload, length));
    }

    /** Whether extensions took part in the negotiation and must be notified of the end of the connection. */
    boolean isKnown() {
        return !negotiated.isEmpty();
    }

    /** Called when the connection has opened. From now on {@link #destroy} notifies the extensions of its end. */
    void begin() {
        begun = true;
    }

    /** Called when the connection can no longer open. Destroys the extensions, unless the connection has opened. */
    void abandon() {
        if (!begun) destroy();
    }

    /** Called when the connection has ended or will not open. A second call does nothing. */
    void destroy() {
        synchronized (incoming) {
            synchronized (outgoing) {
                destroyAll();
            }
        }
    }

    private void destroyAll() {
        extensions = List.of();
        for (ExtendedExtension extension : negotiated) {
            try {
                extension.destroy(this);
            } catch (RuntimeException | Error failed) {
                LOG.log(System.Logger.Level.WARNING, "The WebSocket extension " + extension.getName() + " failed when its connection ended", failed);
            }
        }
        negotiated.clear();
    }
}
