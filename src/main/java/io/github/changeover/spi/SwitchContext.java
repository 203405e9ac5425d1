package io.github.changeover.spi;

import java.util.Objects;
import java.util.Optional;

/** The information for the creation of a handler. Immutable. Changeover makes it; {@link #of} is for tests. */
public final class SwitchContext {
    private final UpgradeRequest request;
    private final ProtocolToken protocol;
    private final byte[] content;
    private final Optional<OriginalResponse> original;

    private SwitchContext(UpgradeRequest request, ProtocolToken protocol, byte[] content, Optional<OriginalResponse> original) {
        this.request = Objects.requireNonNull(request, "request");
        this.protocol = Objects.requireNonNull(protocol, "protocol");
        this.content = Objects.requireNonNull(content, "content");
        this.original = Objects.requireNonNull(original, "original");
    }

    /**
     * Returns a context with these values.
     *
     * @param content not copied: it must not be changed any more
     */
    public static SwitchContext of(UpgradeRequest request, ProtocolToken protocol, byte[] content, Optional<OriginalResponse> original) {
        return new SwitchContext(request, protocol, content, original);
    }

    /** Returns the upgrade request. */
    public UpgradeRequest request() {
        return request;
    }

    /**
     * Returns the chosen token, in the spelling of {@link UpgradeProtocol#tokens()}: {@code foo/2} if the client offered {@code FOO/2}. For a family of
     * protocols it has the offered version and the name from {@code tokens()}.
     */
    public ProtocolToken protocol() {
        return protocol;
    }

    /** Returns a copy of the content of the request, if the {@link ContentRule} of the protocol allows content; else an empty array. */
    public byte[] content() {
        return content.length == 0 ? content : content.clone();
    }

    /** Returns the response of the application to the request, if the protocol {@link UpgradeProtocol#answersOriginalRequest() requires it}. */
    public Optional<OriginalResponse> original() {
        return original;
    }
}
