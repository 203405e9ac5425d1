package io.github.changeover.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.relay.RecordingReceiver;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayContract;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class InMemoryRelayTest extends RelayContract {
    private static final String NEWS = "app:news";
    private final InMemoryRelay.Bus shared = new InMemoryRelay.Bus();
    private final InMemoryRelay.Bus bus = new InMemoryRelay.Bus();

    @Override
    protected Relay relay(int node) {
        return shared.relay();
    }

    private static RecordingReceiver start(InMemoryRelay relay) throws IOException {
        RecordingReceiver receiver = new RecordingReceiver();
        relay.start(receiver);
        relay.interest(NEWS, true);
        return receiver;
    }

    @Test
    void disconnectedNodeGetsNothing() throws IOException {
        InMemoryRelay one = bus.relay(), two = bus.relay();
        RecordingReceiver atOne = start(one), atTwo = start(two);
        two.disconnect();
        one.publish(NEWS, "a".getBytes());
        assertThatThrownBy(() -> two.publish(NEWS, "b".getBytes())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> two.interest("app:other", true)).isInstanceOf(IOException.class);
        two.reconnect();
        two.publish(NEWS, "c".getBytes());
        assertThat(atOne.texts(NEWS)).containsExactly("a", "c");
        assertThat(atTwo.texts(NEWS)).containsExactly("c");
        assertThat(atTwo.connections()).containsExactly(true, false, true);
        assertThat(atOne.connections()).containsExactly(true);
        one.close();
        two.close();
        assertThat(bus.relays()).isEmpty();
    }

    @Test
    void messagesAreDroppedHeldAndInjected() throws IOException {
        InMemoryRelay one = bus.relay();
        RecordingReceiver receiver = start(one);
        bus.drop(NEWS, 2);
        for (String text : new String[] {"a", "b", "c"}) one.publish(NEWS, text.getBytes());
        bus.hold();
        one.publish(NEWS, "d".getBytes());
        bus.inject(NEWS, (byte) 'e');
        assertThat(receiver.texts(NEWS)).containsExactly("c", "e");
        bus.release();
        one.publish(NEWS, "f".getBytes());
        assertThat(receiver.texts(NEWS)).containsExactly("c", "e", "d", "f");
        one.close();
    }

    @Test
    void stoppedBusRefusesTheStart() throws IOException {
        InMemoryRelay one = bus.relay();
        RecordingReceiver receiver = start(one);
        bus.stop();
        InMemoryRelay late = (InMemoryRelay) bus.factory("memory").create(null);
        assertThatThrownBy(() -> late.start(new RecordingReceiver())).isInstanceOf(IOException.class);
        bus.restart();
        start(late);
        late.publish(NEWS, "a".getBytes());
        assertThat(receiver.texts(NEWS)).containsExactly("a");
        assertThat(receiver.connections()).containsExactly(true, false, true);
        one.close();
        late.close();
    }
}
