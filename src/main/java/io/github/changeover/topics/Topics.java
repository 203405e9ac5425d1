package io.github.changeover.topics;

import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.TopicView;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.SwitchedConnection;
import jakarta.servlet.ServletContext;
import jakarta.websocket.Session;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The topics of an application, and its entry point to them. CDI and Spring can inject it.
 * <pre>{@code
 * @OnOpen
 * public void opened(Session session, @PathParam("room") String room) {
 *     Topics topics = Topics.current();
 *     topics.member(session).join("chat/" + room);
 *     topics.topic("chat/" + room).publish("Somebody has entered");
 * }
 * }</pre>
 * With {@code changeover.relay}, topics include the members on all nodes of the application. Thread-safe.
 */
public final class Topics {
    private static final System.Logger LOG = System.getLogger(Topics.class.getName());
    private static final String ATTRIBUTE = Topics.class.getName();
    private static final int LONGEST_NAME = 200;
    private static final Map<ClassLoader, Topics> BY_LOADER = new ConcurrentHashMap<>();

    private final Map<String, TopicState> states = new ConcurrentHashMap<>();                   // by key; only those with members
    private final Map<AdvancedConnection, Member> members = new ConcurrentHashMap<>();
    private final LongAdder memberships = new LongAdder(), published = new LongAdder(), dropped = new LongAdder();
    private final TopicEvents events = new TopicEvents();
    private final AtomicBoolean deliveryFailureLogged = new AtomicBoolean();
    private volatile TopicLimits limits = TopicLimits.DEFAULT;
    private volatile Cluster cluster;           // null without a relay
    private volatile Function<Session, TopicOutput> sessions;       // null without the WebSocket engine. No lambda: it would need the WebSocket API

    Topics() {
    }

    /** Returns the topics of the application. The first call creates them. */
    public static Topics of(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof Topics made) return made;
            Topics made = new Topics();
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /**
     * Returns the topics of the application to which this thread belongs: its context class loader is that of the application. This is the case in servlets,
     * endpoints, handlers and CDI beans.
     *
     * @throws IllegalStateException if no started application with Changeover has this class loader; then use {@link #of} or injection
     */
    public static Topics current() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Topics found = loader == null ? null : BY_LOADER.get(loader);
        if (found == null) {
            throw new IllegalStateException("The context class loader of this thread, " + loader + ", is not that of a started application with Changeover: "
                    + "use Topics.of(servletContext), or inject Topics");
        }
        return found;
    }

    /**
     * Returns the topic with this name.
     *
     * @param name 1 to 200 characters without control characters. A client may choose it, but decide yourself what it may join
     * @throws IllegalArgumentException if the name is not allowed
     */
    public Topic topic(String name) {
        return new Topic(this, requireName(name, "A topic"), null);
    }

    /** Returns the topic with this name, for members with these options. They apply on this node, from the first member until the last one leaves. */
    public Topic topic(String name, TopicOptions options) {
        return new Topic(this, requireName(name, "A topic"), Objects.requireNonNull(options, "options"));
    }

    /**
     * Returns the connections of an authenticated user, on all nodes: those that are {@link Member}s, whether or not they have joined a topic. The options
     * {@link TopicOptions#DEFAULT} apply.
     *
     * @throws IllegalArgumentException if the name is empty, longer than 200 characters, or has control characters
     */
    public Audience user(String name) {
        String key = TopicState.USER + requireName(name, "A user");
        return message -> publish(key, message, List.of());
    }

    /** Returns the members of this node that belong to a user. A copy. */
    public Set<Member> membersOf(String user) {
        return members(TopicState.USER + user);
    }

    /**
     * Returns the member of a WebSocket session.
     *
     * @throws IllegalStateException if its user has no connection on this node yet, and there are too many topics and users ({@code changeover.topics.max})
     * @throws IllegalArgumentException if the session is not one of Changeover, such as a session of the container's own engine
     */
    public Member member(Session session) {
        Function<Session, TopicOutput> find = sessions;
        TopicOutput output = find == null ? null : find.apply(session);
        if (output == null) {
            throw new IllegalArgumentException("Topics need a session of Changeover's WebSocket engine that belongs to this application, not a " + session.getClass().getName()
                    + ": see the settings changeover.websocket.engine and changeover.container, and the report in the log");
        }
        return member(output.connection(), () -> output);
    }

    /**
     * Returns the member of a connection with a protocol of the application.
     *
     * @param encoder encodes the messages of all topics; only the one of the first call for a connection is used
     * @throws IllegalStateException if its user has no connection on this node yet, and there are too many topics and users ({@code changeover.topics.max})
     */
    public Member member(SwitchedConnection connection, MessageEncoder encoder) {
        Objects.requireNonNull(encoder, "encoder");
        AdvancedConnection advanced = connection.advanced();
        return member(advanced, () -> new ProtocolOutput(advanced, encoder));
    }

    /** Adds a listener for the events of all topics of this node. */
    public void listen(TopicListener listener) {
        events.add(listener);
    }

    // ---- called by the handles

    Membership join(String key, TopicOptions options, Member member) {
        if (member.topics() != this) throw new IllegalArgumentException(member + " belongs to another application");
        AtomicBoolean added = new AtomicBoolean();
        Membership[] joined = new Membership[1];
        states.compute(key, (same, before) -> {
            if (before != null && options != null && !before.options().equals(options)) {
                throw new IllegalStateException("The topic '" + before.name() + "' has members with " + before.options() + ", so it cannot be joined with " + options
                        + ": use the same options for one topic");
            }
            if (before == null && states.size() >= limits.topics()) {
                throw new IllegalStateException("There are " + limits.topics() + " topics with members on this node already (changeover.topics.max)");
            }
            TopicState state = before != null ? before : new TopicState(this, key, options == null ? TopicOptions.DEFAULT : options, dropped);
            Membership membership = member.membership(state, state.isOfUser() ? Integer.MAX_VALUE : limits.ofMember() + (member.user().isPresent() ? 1 : 0));
            joined[0] = membership;
            if (member.isClosed()) return state.isEmpty() ? null : state;
            added.set(state.add(membership));
            return state;
        });
        if (added.get()) changed(joined[0], memberships::increment, TopicEvent.Joined::new);
        return joined[0];
    }

    /** Reports a change of the members: to other nodes, and for a topic also to the counter and the listeners. */
    private void changed(Membership membership, Runnable count, Function<Membership, TopicEvent> event) {
        Cluster relayed = cluster;
        if (relayed != null) relayed.membersChanged(membership.state().key());
        if (membership.isOfUser()) return;
        count.run();
        events.put(event.apply(membership));
    }

    void leave(String key, Member member) {
        TopicState state = states.get(key);
        if (state != null) state.membership(member).ifPresent(Membership::leave);
    }

    /** Ends a membership, unless it has ended. */
    void leave(Membership membership) {
        AtomicBoolean known = new AtomicBoolean(), removed = new AtomicBoolean();
        String key = membership.state().key();
        states.compute(key, (same, state) -> {      // in one step, because another thread may join for the same member
            known.set(membership.member().remove(membership));
            if (state == null) return null;
            if (known.get()) removed.set(state.remove(membership));
            return state.isEmpty() ? null : state;
        });
        if (known.get()) membership.end();      // outside: it waits for other senders of the connection
        if (removed.get()) changed(membership, memberships::decrement, TopicEvent.Left::new);
    }

    void publish(String key, TopicMessage message, Collection<Member> except) {
        if (message.size() > limits.message()) {
            throw new IllegalArgumentException("A message of " + message.size() + " bytes is too long to be published: the limit is " + limits.message() + " bytes (changeover.topics.message.max)");
        }
        published.increment();
        TopicState state = states.get(key);
        if (state != null) state.deliver(message, except);
        Cluster relayed = cluster;
        if (relayed != null) relayed.publish(key, message);
    }

    Set<Member> members(String key) {
        TopicState state = states.get(key);
        return state == null ? Set.of() : state.members();
    }

    Presence presence(String key) {
        TopicState state = states.get(key);
        int members = state == null ? 0 : state.size();
        Set<String> users = state == null ? new HashSet<>() : state.users(Integer.MAX_VALUE);
        for (Heartbeat.TopicPresence elsewhere : presenceElsewhere(key)) {
            members += elsewhere.members();
            users.addAll(elsewhere.users());
        }
        return new Presence(members, users);
    }

    private List<Heartbeat.TopicPresence> presenceElsewhere(String key) {
        Cluster relayed = cluster;
        return relayed == null ? List.of() : relayed.presence(key);
    }

    // ---- called by the parts of the package

    private Member member(AdvancedConnection connection, Supplier<TopicOutput> output) {
        Member known = members.get(connection);
        if (known != null) return known;
        AtomicBoolean added = new AtomicBoolean();
        Member member = members.computeIfAbsent(connection, same -> {
            added.set(true);
            return new Member(this, output.get());
        });
        if (!added.get()) return member;
        Runnable end = () -> {
            members.remove(connection);
            member.closed();
        };
        try {
            member.user().filter(Topics::isName).ifPresent(name -> join(TopicState.USER + name, null, member));
        } catch (IllegalStateException full) {
            end.run();      // the next call tries again
            throw full;
        }
        connection.whenClosed(end);
        return member;
    }

    /** Returns the members of a topic or of a user on this node; null if there are none. */
    TopicState state(String key) {
        return states.get(key);
    }

    Collection<TopicState> states() {
        return states.values();
    }

    TopicLimits limits() {
        return limits;
    }

    TopicEvents events() {
        return events;
    }

    /** Called when messages of a member were dropped, under the send lock of its connection. Returns whether this will be reported. */
    boolean dropped(Membership membership) {
        return events.put(() -> {
            long total = membership.takeDropped();
            membership.notifyDropped();
            return membership.isOfUser() ? null : new TopicEvent.Dropped(membership, total);
        });
    }

    void deliveryFailed(Membership membership, Throwable wrong) {
        if (deliveryFailureLogged.getAndSet(true)) return;
        LOG.log(System.Logger.Level.WARNING, "A message was not delivered to " + membership + "; this is logged once", wrong);
    }

    TopicCounts counts() {
        Cluster relayed = cluster;
        return new TopicCounts((int) states.values().stream().filter(state -> !state.isOfUser()).count(), memberships.sum(), published.sum(), dropped.sum(), events.discarded(),
                relayed == null ? TopicCounts.Relay.NONE : relayed.counts());
    }

    /** Returns at most this number of topics, those with most members on this node first. */
    List<TopicView> largest(int most) {
        record Size(TopicState state, int members) {
        }
        Comparator<Size> order = Comparator.comparingInt(Size::members).thenComparing(size -> size.state().key(), Comparator.reverseOrder());
        PriorityQueue<Size> largest = new PriorityQueue<>(order);       // the smallest of them first
        for (TopicState state : states.values()) {
            if (state.isOfUser()) continue;
            largest.add(new Size(state, state.size()));
            if (largest.size() > most) largest.remove();
        }
        return largest.stream().sorted(order.reversed()).map(size -> new TopicView(size.state().name(), size.members(),
                size.members() + presenceElsewhere(size.state().key()).stream().mapToInt(Heartbeat.TopicPresence::members).sum(), size.state().dropped())).toList();
    }

    /** Sets how the output of a WebSocket session is found; null for a session of another engine. Internal: called by the WebSocket engine. */
    public void findSessions(Function<Session, TopicOutput> find) {
        sessions = find;
    }

    /** Sets the limits. Called at the start of the application, before {@link #start}. */
    void limit(TopicLimits from) {
        limits = from;
    }

    /**
     * Called at the start of the application.
     *
     * @param started   null without a relay
     * @param listeners runs the listeners
     */
    void start(ClassLoader loader, Cluster started, Executor listeners) {
        cluster = started;
        BY_LOADER.put(loader, this);
        events.runOn(listeners);
    }

    /** Called at the end of the application. */
    void stop(ClassLoader loader) {
        BY_LOADER.remove(loader, this);
        cluster = null;
        events.runOn(null);
    }

    private static String requireName(String name, String what) {
        if (isName(name)) return name;
        throw new IllegalArgumentException(what + " is named by 1 to " + LONGEST_NAME + " characters without control characters, not by " + name.length() + " characters"
                + (name.length() > LONGEST_NAME ? "" : " with a control character"));
    }

    static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= LONGEST_NAME && name.chars().noneMatch(Character::isISOControl) && isPaired(name);
    }

    /** Whether the name has no unpaired surrogate: two such names could become equal in UTF-8. */
    private static boolean isPaired(String name) {
        return name.codePoints().noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }
}
