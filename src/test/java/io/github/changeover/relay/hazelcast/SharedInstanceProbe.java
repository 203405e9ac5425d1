package io.github.changeover.relay.hazelcast;

import io.github.changeover.relay.RecordingReceiver;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.TestEnvironment;
import java.util.Map;
import java.util.concurrent.Callable;

/** Uses a relay like an application whose classes have a class loader of their own. */
public final class SharedInstanceProbe implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        RecordingReceiver receiver = new RecordingReceiver();
        try (Relay relay = new HazelcastRelayFactory().create(new TestEnvironment(Map.of()))) {
            relay.start(receiver);
            for (int number = 0; number < 50; number++) relay.interest("app:" + number, true);
            for (int number = 0; number < 50; number++) relay.publish("app:" + number, new byte[1]);
            for (int number = 0; number < 50; number++) receiver.awaitMessages("app:" + number, 1);
        }
        return 50;
    }
}
