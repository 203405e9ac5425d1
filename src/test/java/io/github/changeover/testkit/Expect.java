package io.github.changeover.testkit;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What an answer to an offer should be. Each method says it in full and answers this again; what is otherwise is an
 * {@link AssertionError} that shows the head.
 * <pre>{@code
 * Expect.answer(wire.readHead()).refuses(426).offers("foo/2", "example/1");
 * }</pre>
 */
public final class Expect {
    private final Head head;

    private Expect(Head head) {
        this.head = head;
    }

    /** Of this head. */
    public static Expect answer(Head head) {
        return new Expect(head);
    }

    /**
     * A 101 to exactly these protocols, bottom-up, in one {@code Upgrade} line, with {@code Connection: Upgrade} and without
     * content (RFC 9110 sections 7.8 and 15.2.2).
     */
    public Expect switchesTo(String... layers) {
        require(head.status() == 101, "status 101");
        require(head.all("Upgrade").equals(List.of(String.join(", ", layers))), "one line 'Upgrade: " + String.join(", ", layers) + "'");
        require(connection().toList().equals(List.of("upgrade")), "'Connection: Upgrade' and no other option");
        require(!head.has("Content-Length") && !head.has("Transfer-Encoding"), "no framing of content");
        return this;
    }

    /** A refusal with this status; a 426 lists something in {@code Upgrade} (RFC 9110 section 15.5.22). */
    public Expect refuses(int status) {
        require(head.status() == status, "status " + status);
        if (status == 426) require(head.has("Upgrade"), "an Upgrade field, as every 426 has");
        return this;
    }

    /** An ordinary answer with this status: not a switch, whatever it advertises. */
    public Expect isOrdinary(int status) {
        require(head.status() == status && status != 101, "status " + status);
        return this;
    }

    /** {@code Upgrade} lists exactly these, in this order, and {@code Connection} names it. */
    public Expect offers(String... tokens) {
        require(head.all("Upgrade").equals(List.of(String.join(", ", tokens))), "one line 'Upgrade: " + String.join(", ", tokens) + "'");
        require(connection().anyMatch("upgrade"::equals), "Connection to list upgrade");
        return this;
    }

    /** No {@code Upgrade} field. */
    public Expect offersNothing() {
        require(!head.has("Upgrade"), "no Upgrade field");
        return this;
    }

    /** The only line of this name has this value. */
    public Expect has(String name, String value) {
        require(head.all(name).equals(List.of(value)), "one line '" + name + ": " + value + "'");
        return this;
    }

    /** The connection ends after this answer. */
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
