package io.github.changeover.topics;

/**
 * Receives the events of all topics of this node. Add one with {@link Topics#listen}; an application may also provide listeners as services
 * ({@link java.util.ServiceLoader}) or as beans of CDI or of a framework.
 *
 * <p>Events arrive one after another, in their order, on a thread of the callback pool; a listener may block. If more than 10,000 events wait, later ones are
 * discarded and counted in the log.
 */
@FunctionalInterface
public interface TopicListener {
    /** Called for each event. An exception is logged, and the other listeners are called. */
    void event(TopicEvent event);
}
