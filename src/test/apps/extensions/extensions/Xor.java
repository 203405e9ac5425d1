package extensions;

import jakarta.websocket.Extension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.tyrus.core.extension.ExtendedExtension;
import org.glassfish.tyrus.core.frame.Frame;

/** XORs every byte of a data frame with a key, which the client may choose. Such frames have RSV2. */
public final class Xor implements ExtendedExtension {
    static final AtomicInteger DESTROYED = new AtomicInteger();
    static final List<Object> KEYS_DESTROYED = new CopyOnWriteArrayList<>();

    @Override
    public String getName() {
        return "xor";
    }

    @Override
    public List<Extension.Parameter> getParameters() {
        return List.of();
    }

    @Override
    public List<Extension.Parameter> onExtensionNegotiation(ExtensionContext context, List<Extension.Parameter> requested) {
        String key = requested.stream().filter(parameter -> parameter.getName().equals("key")).map(Extension.Parameter::getValue).findFirst().orElse("255");
        context.getProperties().put("key", Integer.parseInt(key));
        return List.of(new Named.Value("key", key));
    }

    @Override
    public Frame processIncoming(ExtensionContext context, Frame frame) {
        return frame.isRsv2() ? Frame.builder(frame).rsv2(false).payloadData(turned(context, frame)).build() : frame;
    }

    @Override
    public Frame processOutgoing(ExtensionContext context, Frame frame) {
        return frame.isControlFrame() ? frame : Frame.builder(frame).rsv2(true).payloadData(turned(context, frame)).build();
    }

    private static byte[] turned(ExtensionContext context, Frame frame) {
        if (frame.getPayloadLength() == 13) throw new IllegalStateException("13 is too much");
        if (frame.getPayloadLength() == 14) throw new NoClassDefFoundError("14 is too much");
        byte[] payload = frame.getPayloadData().clone();
        for (int i = 0; i < payload.length; i++) payload[i] ^= (byte) (int) (Integer) context.getProperties().get("key");
        return payload;
    }

    @Override
    public void onHandshakeResponse(ExtensionContext context, List<Extension.Parameter> parameters) {
        throw new UnsupportedOperationException("for clients");
    }

    @Override
    public void destroy(ExtensionContext context) {
        KEYS_DESTROYED.add(String.valueOf(context.getProperties().get("key")));
        DESTROYED.incrementAndGet();
    }
}
