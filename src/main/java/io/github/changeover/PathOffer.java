package io.github.changeover;

import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a program offers on one path; made by {@link Changeover#path}. Thread-safe.
 *
 * <p>Each call takes effect before it returns. While the application starts, no request is upgraded. A program that offers a path later, such as a
 * servlet that its first request initialises, calls {@link #roles}, {@link #gate} and {@link #required} before {@link #offer}: from {@code offer}
 * on, requests may be upgraded.
 *
 * <p>Every method throws {@link IllegalStateException} when the rules are fixed ({@link Changeover}); the message names the request that fixed them.
 * A change that does not fit the rest, such as a second template for the same paths, throws {@link IllegalArgumentException} and changes nothing.
 */
public final class PathOffer {
    private final Changeover changeover;
    private final String template;

    PathOffer(Changeover changeover, String template) {
        this.changeover = changeover;
        this.template = template;
    }

    /** Offers these protocols, after those before. */
    public PathOffer offer(UpgradeProtocol... more) {
        return change(path -> path.withProtocols(List.of(more)));
    }

    /** Lets the order of {@link #offer} decide, not the client's. */
    public PathOffer serverOrder() {
        return change(OfferedPath::inServerOrder);
    }

    /** Answers 426 to a request that is not upgraded, and 503 as long as nothing is offered on the path. */
    public PathOffer required() {
        return change(OfferedPath::asRequired);
    }

    /** Lists the protocols in every ordinary answer of this path. */
    public PathOffer advertise() {
        return change(OfferedPath::asAdvertised);
    }

    /** Closes the connection after an offer that was not accepted (RFC 9931). */
    public PathOffer closeOnRefuse() {
        return change(OfferedPath::closingOnRefuse);
    }

    /** Requires one of these roles, or one of those named before. */
    public PathOffer roles(String... more) {
        return change(path -> path.withRoles(List.of(more)));
    }

    /** Checks with this gate, after those before. */
    public PathOffer gate(Gate more) {
        return change(path -> path.withGate(more));
    }

    private PathOffer change(UnaryOperator<OfferedPath> how) {
        changeover.change(template, how);
        return this;
    }
}
