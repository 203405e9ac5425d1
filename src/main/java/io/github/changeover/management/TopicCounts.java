package io.github.changeover.management;

/**
 * The counters of an application's topics, read at about the same time.
 *
 * @param topics          topics with members on this node
 * @param members         memberships on this node
 * @param published       messages that were published on this node
 * @param dropped         messages that slow members of this node have not got
 * @param eventsDiscarded events that no listener has got
 * @param relay           the relay to other nodes
 */
public record TopicCounts(int topics, long members, long published, long dropped, long eventsDiscarded, Relay relay) {
    public static final TopicCounts NONE = new TopicCounts(0, 0, 0, 0, 0, Relay.NONE);

    /** The state of the relay. Values may be added. */
    public enum RelayState {
        /** No relay is set. */
        NONE,
        /** There is no connection. Messages reach this node only. */
        DOWN,
        UP
    }

    /**
     * The counters of the relay.
     *
     * @param name      the value of {@code changeover.relay}
     * @param nodes     other nodes that respond
     * @param sent      messages that were passed to the relay
     * @param unsent    messages that reached this node only, because the relay was down or its queue was full
     * @param received  messages of other nodes that were delivered
     * @param lost      messages of other nodes that are known to be lost
     * @param nodesLost how many times a node stopped to respond
     * @param invalid   messages that were dropped because they were malformed or their signature was wrong
     */
    public record Relay(String name, RelayState state, int nodes, long sent, long unsent, long received, long lost, long nodesLost, long invalid) {
        public static final Relay NONE = new Relay("none", RelayState.NONE, 0, 0, 0, 0, 0, 0, 0);

        public boolean isUp() {
            return state == RelayState.UP;
        }
    }
}
