package io.github.changeover.relay.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChannelMessageTest {
    @Test
    void channelAndMessageAreRead() {
        for (String channel : new String[] {"", "app:news", "é€😀", "x".repeat(300)}) {
            ChannelMessage read = ChannelMessage.decode(new ChannelMessage(channel, new byte[] {0, -1, 2}).encode()).orElseThrow();
            assertThat(read.channel()).isEqualTo(channel);
            assertThat(read.message()).containsExactly(0, -1, 2);
        }
    }

    @Test
    void otherBytesAreIgnored() {
        for (byte[] bytes : new byte[][] {null, {}, {0}, {0, 1}, {-1, -1, 65}}) assertThat(ChannelMessage.decode(bytes)).isEqualTo(Optional.empty());
    }
}
