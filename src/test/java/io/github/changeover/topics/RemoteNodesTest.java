package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.topics.Heartbeat.TopicPresence;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who is on other nodes. */
class RemoteNodesTest {
    private static final long EXPIRY = 9;
    private final RemoteNodes nodes = new RemoteNodes(100, EXPIRY);
    private final List<Long> lost = new ArrayList<>();

    private static TopicPresence presence(String key, int members, String... users) {
        return new TopicPresence(key, members, Set.of(users));
    }

    private static Heartbeat changes(TopicPresence... presence) {
        return new Heartbeat(false, true, true, List.of(), List.of(presence));
    }

    private static Heartbeat complete(boolean first, boolean last, TopicPresence... presence) {
        return new Heartbeat(true, first, last, List.of(), List.of(presence));
    }

    private int members(String key) {
        return nodes.presence(key).stream().mapToInt(TopicPresence::members).sum();
    }

    @Test
    void membersOfAllNodesAreAdded() {
        assertThat(nodes.heard(1, 1, changes(presence("ta", 2, "ann", "bob")), 0)).isTrue();
        assertThat(nodes.heard(2, 1, changes(presence("ta", 3, "ann", "eve")), 0)).isTrue();
        assertThat(nodes.heard(2, 2, changes(), 0)).isFalse();
        assertThat(members("ta")).isEqualTo(5);
        assertThat(nodes.presence("ta")).extracting(TopicPresence::users).containsExactlyInAnyOrder(Set.of("ann", "bob"), Set.of("ann", "eve"));
    }

    @Test
    void changesReplaceAndRemove() {
        nodes.heard(1, 1, changes(presence("ta", 2), presence("tb", 1)), 0);
        nodes.heard(1, 2, changes(presence("ta", 0), presence("tb", 7)), 0);
        assertThat(members("ta")).isZero();
        assertThat(members("tb")).isEqualTo(7);
    }

    @Test
    void completeHeartbeatRemovesTopicsThatNoPartContains() {
        nodes.heard(1, 1, changes(presence("told", 1)), 0);
        nodes.heard(1, 2, complete(true, false, presence("ta", 1)), 0);
        assertThat(members("told")).as("not before the last part").isEqualTo(1);
        nodes.heard(1, 3, complete(false, true, presence("tb", 1)), 0);
        assertThat(members("told")).isZero();
        assertThat(members("ta") + members("tb")).isEqualTo(2);
    }

    @Test
    void incompleteHeartbeatRemovesNothing() {
        nodes.heard(1, 1, changes(presence("told", 1)), 0);
        nodes.heard(1, 2, complete(true, false, presence("ta", 1)), 0);
        nodes.heard(1, 4, complete(false, true, presence("tc", 1)), 0);
        assertThat(members("told")).as("part 3 is missing, which may have contained it").isEqualTo(1);
        nodes.heard(1, 5, complete(true, true), 0);
        assertThat(members("told")).isZero();
    }

    @Test
    void silentNodeIsLostAndItsMembersWithIt() {
        nodes.heard(1, 1, changes(presence("ta", 1)), 0);
        nodes.heard(2, 1, changes(presence("ta", 1)), EXPIRY);
        nodes.expire(EXPIRY, lost::add, gone -> { });
        assertThat(lost).containsExactly(1L);
        assertThat(members("ta")).isEqualTo(1);
        assertThat(nodes.heard(1, 9, changes(), EXPIRY)).as("it is back").isTrue();
    }

    @Test
    void nodeThatEndsIsNotLost() {
        nodes.heard(1, 1, changes(presence("ta", 1)), 0);
        nodes.ended(1);
        nodes.expire(EXPIRY, lost::add, gone -> { });
        assertThat(lost).isEmpty();
        assertThat(members("ta")).isZero();
    }

    @Test
    void silenceWithoutAConnectionDoesNotCount() {
        nodes.heard(1, 1, changes(presence("ta", 1)), 0);
        nodes.reconnected(EXPIRY);
        nodes.expire(EXPIRY, lost::add, gone -> { });
        assertThat(lost).isEmpty();
    }

    @Test
    void lostNodeIsForgottenLater() {
        List<Long> forgotten = new ArrayList<>();
        nodes.heard(1, 1, changes(), 0);
        nodes.heard(2, 1, changes(), 0);
        nodes.expire(EXPIRY, lost::add, forgotten::add);
        nodes.heard(2, 2, changes(), EXPIRY);
        nodes.expire(EXPIRY + 60_000_000_000L, lost::add, forgotten::add);
        assertThat(forgotten).containsExactly(1L);
    }

    @Test
    void nodesAndTopicsOfANodeAreLimited() {
        nodes.heard(1, 1, changes(IntStream.range(0, 1000).mapToObj(i -> presence("t" + i, 1)).toArray(TopicPresence[]::new)), 0);
        assertThat(Stream.iterate(0, i -> i + 1).limit(1000).mapToInt(i -> members("t" + i)).sum()).isEqualTo(100);
        for (long node = 0; node < 5000; node++) nodes.heard(node, 1, changes(), 0);
        assertThat(nodes.size()).isEqualTo(1000);
    }
}
