package io.github.changeover.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * What a handler is made from.
 *
 * @param request  the request that asked for the switch
 * @param protocol the offered token that was chosen, in the spelling of {@link UpgradeProtocol#tokens()}: {@code foo/2} where the
 *                 client wrote {@code FOO/2}; of a family, the offered version under the listed name
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
