package io.github.changeover.internal;

/** Makes rules from the offers of an application. */
public interface OfferListener {
    /** Does nothing. */
    OfferListener NONE = offers -> () -> { };

    /**
     * Makes the rules, but does not put them into force. Called without a lock, possibly by several threads at the same time. Called again if
     * another thread has changed the offers in the meantime.
     *
     * @return an action that puts the rules into force; it is called while a lock is held, so it must only store them
     * @throws IllegalArgumentException if these offers do not fit together; then nothing is changed
     */
    Runnable prepare(Offers offers);

    /** Called after a change has been put into force, without a lock. */
    default void changed() {
    }
}
