package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.TopicCounts.RelayState;
import io.github.changeover.management.TopicView;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleStateTest {
    @Test
    void topicsAndTheirRelay() {
        TopicCounts counts = new TopicCounts(1, 2, 3, 4, 5, new TopicCounts.Relay("redis", RelayState.DOWN, 6, 7, 8, 9, 10, 11, 12));
        assertThat(Json.of(ConsoleState.topics(counts, List.of(new TopicView("chat/garden", 2, 5, 4))))).isEqualTo("{\"topics\":1,\"members\":2,\"published\":3,\"dropped\":4,"
                + "\"relay\":{\"name\":\"redis\",\"state\":\"down\",\"nodes\":6,\"sent\":7,\"unsent\":8,\"received\":9,\"lost\":10,\"nodesLost\":11,\"invalid\":12},"
                + "\"largest\":[{\"name\":\"chat/garden\",\"members\":2,\"membersOfAllNodes\":5,\"dropped\":4}]}");
    }

    @Test
    void applicationWithoutRelayHasNone() {
        assertThat(ConsoleState.topics(TopicCounts.NONE, List.of())).doesNotContainKey("relay");
    }

    @Test
    void nameOfATopicIsEscaped() {
        TopicView hostile = new TopicView("</script><img src=x>\"\u202e", 1, 1, 0);
        assertThat(Json.of(ConsoleState.topics(TopicCounts.NONE, List.of(hostile)))).matches("[\\x20-\\x7e]*").doesNotContain("<", ">").contains("\\u003cimg src=x\\u003e\\u0022\\u202e");
    }
}
