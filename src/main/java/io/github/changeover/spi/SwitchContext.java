package io.github.changeover.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * What a handler is made from.
 *
 * @param request  the request that asked for the switch
 * @param protocol the offered token that was chosen, as the client wrote it
 * @param content  the request's content, when the protocol's {@link ContentRule} allows one; else empty
 * @param original the application's answer to the request, when the protocol {@link UpgradeProtocol#answersOriginalRequest() asked for it}
 */
public record SwitchContext(UpgradeRequest request, ProtocolToken protocol, byte[] content, Optional<OriginalResponse> original) {
    public SwitchContext {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(original, "original");
    }
}
