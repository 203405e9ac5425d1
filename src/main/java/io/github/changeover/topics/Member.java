package io.github.changeover.topics;

import java.security.Principal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A connection that can join topics. There is one object for each connection: see {@link Topics#member}. When the connection closes, it leaves all topics.
 * Thread-safe.
 */
public final class Member {
    private final Topics topics;
    private final TopicOutput output;
    private final Optional<String> user;
    private final Map<String, Membership> memberships = new HashMap<>(2);       // by the key of the topic; this field and the next are guarded by this
    private boolean closed;
    private boolean closing;            // guarded by the send lock of the connection, like the next field
    private long waitingBytes;

    Member(Topics topics, TopicOutput output) {
        this.topics = topics;
        this.output = output;
        this.user = output.connection().request().principal().map(Principal::getName);
    }

    /** The identifier of the connection, as in log lines and in the console. */
    public String id() {
        return output.connection().id();
    }

    /** The name of the authenticated user; empty if there is none. */
    public Optional<String> user() {
        return user;
    }

    /** Joins the topic with this name: {@link Topic#join}. */
    public Membership join(String topic) {
        return topics.topic(topic).join(this);
    }

    /** The topics that the connection is a member of now. */
    public synchronized List<Topic> joined() {
        return memberships.values().stream().filter(each -> !each.isOfUser()).map(Membership::topic).toList();
    }

    Topics topics() {
        return topics;
    }

    TopicOutput output() {
        return output;
    }

    /**
     * Returns the membership for this key, or adds one, unless the connection has closed. Called while the topic is locked, so it must not wait for senders.
     *
     * @param most the largest number of topics; {@link Integer#MAX_VALUE} for the channel of the user
     */
    synchronized Membership membership(TopicState state, int most) {
        Membership known = memberships.get(state.key());
        if (known != null && known.state() == state) return known;
        if (known == null && memberships.size() >= most) {
            throw new IllegalStateException("The connection " + id() + " is a member of " + most + " topics already (changeover.topics.member.max): leave one first");
        }
        Membership made = new Membership(state, this);
        if (!closed) memberships.put(state.key(), made);
        return made;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized boolean remove(Membership membership) {
        return memberships.remove(membership.state().key(), membership);
    }

    /** Called once, when the socket is closed. */
    void closed() {
        List<Membership> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(memberships.values());
        }
        left.forEach(Membership::leave);
    }

    // ---- under the send lock of the connection

    boolean hasRoom(long bytes) {
        return waitingBytes + bytes <= topics.limits().waitingBytes();
    }

    void waiting(long change) {
        waitingBytes += change;
    }

    /** Closes the connection, unless this was done before. */
    void closeSlow(String reason) {
        if (closing) return;
        closing = true;
        output.closeSlow(reason);
    }

    boolean isClosing() {
        return closing;
    }

    @Override
    public String toString() {
        return "member " + id() + user.map(name -> " (" + name + ")").orElse("");
    }
}
