package topics;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;

/** A relay to no other node, whose connection the test loses and restores. */
public class FakeRelay implements RelayFactory, Relay {
    static volatile Receiver receiver;

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Relay create(Environment environment) {
        return this;
    }

    @Override
    public void start(Receiver started) {
        receiver = started;
    }

    @Override
    public void interest(String channel, boolean interested) {
        // there is no other node
    }

    @Override
    public void publish(String channel, byte[] message) {
        // there is no other node
    }

    @Override
    public void close() {
        receiver = null;
    }
}
