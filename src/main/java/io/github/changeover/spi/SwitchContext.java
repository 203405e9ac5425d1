package io.github.changeover.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * The information for the creation of a handler.
 *
 * @param request  the upgrade request
 * @param protocol the chosen token, in the spelling of {@link UpgradeProtocol#tokens()}: {@code foo/2} if the client offered
 *                 {@code FOO/2}. For a family of protocols it has the offered version and the name from {@code tokens()}
 * @param content  the content of the request, if the {@link ContentRule} of the protocol allows content; else empty
 * @param original the response of the application to the request, if the protocol {@link UpgradeProtocol#answersOriginalRequest() requires it}
 */
public record SwitchContext(UpgradeRequest request, ProtocolToken protocol, byte[] content, Optional<OriginalResponse> original) {
    public SwitchContext {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(original, "original");
    }
}
