package io.github.changeover.testkit;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Checks the head of the response to an upgrade request. Each method makes one complete check and returns this object; a check that
 * fails throws an {@link AssertionError} whose message contains the head. Immutable.
 * <pre>{@code
 * Expect.answer(wire.readHead()).refuses(426).offers("foo/2", "example/1");
 * }</pre>
 */
public final class Expect {
    private final Head head;

    private Expect(Head head) {
        this.head = head;
    }

    /** Returns the checks for this head. */
    public static Expect answer(Head head) {
        return new Expect(head);
    }

    /**
     * Requires a 101 that switches to exactly these protocols, bottom-up, in one {@code Upgrade} line, with {@code Connection: Upgrade}
     * and without content (RFC 9110 sections 7.8 and 15.2.2).
     */
    public Expect switchesTo(String... layers) {
        require(head.status() == 101, "status 101");
        require(head.all("Upgrade").equals(List.of(String.join(", ", layers))), "one line 'Upgrade: " + String.join(", ", layers) + "'");
        require(connection().toList().equals(List.of("upgrade")), "'Connection: Upgrade' and no other option");
        require(!head.has("Content-Length") && !head.has("Transfer-Encoding"), "no framing of content");
        return this;
    }

    /** Requires a response with this status. A 426 must have an {@code Upgrade} field (RFC 9110 section 15.5.22). */
    public Expect refuses(int status) {
        require(head.status() == status, "status " + status);
        if (status == 426) require(head.has("Upgrade"), "an Upgrade field, as every 426 has");
        return this;
    }

    /** Requires an ordinary response with this status, so not a 101. It may have an {@code Upgrade} field. */
    public Expect isOrdinary(int status) {
        require(head.status() == status && status != 101, "status " + status);
        return this;
    }

    /**
     * Requires that one {@code Upgrade} line lists exactly these protocols, in this order, and that {@code Connection} lists
     * {@code upgrade}.
     */
    public Expect offers(String... tokens) {
        require(head.all("Upgrade").equals(List.of(String.join(", ", tokens))), "one line 'Upgrade: " + String.join(", ", tokens) + "'");
        require(connection().anyMatch("upgrade"::equals), "Connection to list upgrade");
        return this;
    }

    /** Requires that there is no {@code Upgrade} field. */
    public Expect offersNothing() {
        require(!head.has("Upgrade"), "no Upgrade field");
        return this;
    }

    /** Requires exactly one line of this name, with this value. The name is case-insensitive. */
    public Expect has(String name, String value) {
        require(head.all(name).equals(List.of(value)), "one line '" + name + ": " + value + "'");
        return this;
    }

    /** Requires that {@code Connection} lists {@code close}. */
    public Expect closes() {
        require(connection().anyMatch("close"::equals), "Connection to list close");
        return this;
    }

    private Stream<String> connection() {
        return head.all("Connection").stream().flatMap(value -> Stream.of(value.split(","))).map(option -> option.strip().toLowerCase(Locale.ROOT));
    }

    private void require(boolean holds, String what) {
        if (!holds) throw new AssertionError("Expected " + what + ", but the answer is:\n" + head.raw());
    }
}
