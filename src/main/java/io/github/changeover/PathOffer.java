package io.github.changeover;

import io.github.changeover.internal.ApplicationOffers;
import io.github.changeover.internal.OfferedPath;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Offers protocols on one path; made by {@link Changeover#path}. Thread-safe.
 *
 * <p>Each call takes effect before it returns. While the application starts, no request is upgraded. Code that offers a path later, such as a servlet
 * that is initialized by its first request, must call {@link #roles}, {@link #gate} and {@link #required} before {@link #offer}: after {@code offer},
 * requests may be upgraded.
 *
 * <p>Every method throws {@link IllegalStateException} if the rules are fixed ({@link Changeover}); the message contains the request that fixed them.
 * A change that does not fit the other rules, such as a second template for the same paths, throws {@link IllegalArgumentException} and changes nothing.
 */
public final class PathOffer {
    private final ApplicationOffers offers;
    private final String template;

    PathOffer(ApplicationOffers offers, String template) {
        this.offers = offers;
        this.template = template;
    }

    /** Offers these protocols, in addition to earlier ones and after them in the order. */
    public PathOffer offer(UpgradeProtocol... more) {
        return change(path -> path.withProtocols(List.of(more)));
    }

    /** If several offered protocols are supported, the order of {@link #offer} decides. By default the order of the client decides. */
    public PathOffer serverOrder() {
        return change(OfferedPath::inServerOrder);
    }

    /**
     * Rejects with 426 every request that is not upgraded. The status is 505 over another version of HTTP, and 503 while no protocol
     * is offered on the path.
     */
    public PathOffer required() {
        return change(OfferedPath::asRequired);
    }

    /** Lists the protocols in the {@code Upgrade} field of every ordinary response of this path (RFC 9110 section 7.8). */
    public PathOffer advertise() {
        return change(OfferedPath::asAdvertised);
    }

    /** Closes the connection after an offer that was not accepted (RFC 9931). */
    public PathOffer closeOnRefuse() {
        return change(OfferedPath::closingOnRefuse);
    }

    /** Requires that the user has one of these roles, or one of the roles of earlier calls. */
    public PathOffer roles(String... more) {
        return change(path -> path.withRoles(List.of(more)));
    }

    /** Adds a check for every candidate of this path. Checks run in the order of these calls, before the protocol decides. */
    public PathOffer gate(Gate more) {
        return change(path -> path.withGate(more));
    }

    private PathOffer change(UnaryOperator<OfferedPath> how) {
        offers.change(template, how);
        return this;
    }
}
