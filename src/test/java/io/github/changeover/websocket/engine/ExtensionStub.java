package io.github.changeover.websocket.engine;

import java.util.List;
import org.glassfish.tyrus.core.extension.ExtendedExtension;
import org.glassfish.tyrus.core.frame.Frame;

/** An extension without parameters that changes no frame. */
class ExtensionStub implements ExtendedExtension {
    private final String name;

    ExtensionStub(String name) {
        this.name = name;
    }

    @Override
    public Frame processIncoming(ExtensionContext context, Frame frame) {
        return frame;
    }

    @Override
    public Frame processOutgoing(ExtensionContext context, Frame frame) {
        return frame;
    }

    @Override
    public List<Parameter> onExtensionNegotiation(ExtensionContext context, List<Parameter> requested) {
        return List.of();
    }

    @Override
    public void onHandshakeResponse(ExtensionContext context, List<Parameter> response) {
    }

    @Override
    public void destroy(ExtensionContext context) {
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public List<Parameter> getParameters() {
        return List.of();
    }
}
