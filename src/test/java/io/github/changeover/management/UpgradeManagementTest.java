package io.github.changeover.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.negotiation.UpgradeField;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToken;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The decision log and the counters. */
class UpgradeManagementTest {
    private static final InetSocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 0);

    static Explanation explanation(String path, Outcome outcome, Ground ground) {
        return new Explanation(outcome, OptionalInt.empty(), "GET", path, UpgradeField.parse(List.of("foo/2")), Optional.empty(), List.of(),
                outcome == Outcome.SWITCHED ? List.of(ProtocolToken.of("foo/2")) : List.of(), ground, "reason");
    }

    private static List<String> paths(List<DecisionRecord> decisions) {
        return decisions.stream().map(decided -> decided.number() + decided.explanation().path()).toList();
    }

    @Test
    void lastDecisionsAreKeptLatestFirst() {
        DecisionLog journal = new DecisionLog(3);
        assertThat(journal.after(0)).isEmpty();
        for (String path : List.of("/a", "/b", "/c", "/d")) journal.add(Duration.ofMillis(2), CLIENT, explanation(path, Outcome.IGNORED, Ground.NOT_SERVED));
        assertThat(paths(journal.after(0))).containsExactly("4/d", "3/c", "2/b");
        assertThat(paths(journal.after(3))).containsExactly("4/d");
        assertThat(journal.after(4)).isEmpty();
        assertThat(journal.after(-7)).hasSize(3);
    }

    @Test
    void decisionLogOfSizeZeroIsEmpty() {
        DecisionLog journal = new DecisionLog(0);
        journal.add(Duration.ZERO, CLIENT, explanation("/a", Outcome.IGNORED, Ground.NOT_SERVED));
        assertThat(journal.after(0)).isEmpty();
    }

    @Test
    void responseIsAddedWhenItIsKnown() {
        DecisionLog journal = new DecisionLog(1);
        DecisionLog.LoggedDecision line = journal.add(Duration.ZERO, CLIENT, explanation("/a", Outcome.SWITCHED, Ground.AGREED));
        assertThat(journal.after(0).get(0).response()).isEmpty();
        line.responded(ResponseSummary.of(101, Fields.of("Upgrade", "foo/2")));
        assertThat(journal.after(0).get(0).response()).contains(new ResponseSummary(101, List.of(new ResponseSummary.SummaryField("Upgrade", "foo/2"))));
    }

    @Test
    void secretsOfAResponseAreNotKept() {
        ResponseSummary head = ResponseSummary.of(401, Fields.of("SET-cookie", "id=secret", "Authorization", "secret", "Location", "/a;jsessionid=secret", "HTTP2-Settings", "secret",
                "Sec-WebSocket-Key", "secret", "WWW-Authenticate", "Negotiate secret", "X-Odd", "<\u00e9>"));
        assertThat(head.toString()).doesNotContain("secret");
        assertThat(head.fields()).contains(new ResponseSummary.SummaryField("SET-cookie", "(not kept)"), new ResponseSummary.SummaryField("X-Odd", "<?>"));
        Fields many = Fields.none();
        for (int i = 0; i < 100; i++) many = many.with("X-" + i, "v".repeat(1000));
        assertThat(ResponseSummary.of(200, many).fields()).hasSize(40).allSatisfy(field -> assertThat(field.value().length()).isLessThan(250));
    }

    @Test
    void durationIsCountedInTheFirstMatchingBucket() {
        Histogram histogram = new Histogram(0.001, 1);
        for (long millis : new long[] {0, 1, 2, 1000, 5000}) histogram.add(Duration.ofMillis(millis));
        assertThat(histogram.read()).isEqualTo(new DurationBuckets(List.of(0.001, 1.0), List.of(2L, 4L, 5L), 6.003));
        assertThat(histogram.read().count()).isEqualTo(5);
    }
}
