package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.SettingValues;
import java.time.Duration;
import java.util.Set;

/**
 * What the settings say of open sessions.
 *
 * @param ping        time without a byte in either direction after which the client is pinged; zero for never
 * @param pong        time after a ping in which anything must come from the client
 * @param messagesMax messages of a client in a second; 0 for any number
 */
record SessionTerms(Duration ping, Duration pong, int messagesMax) {
    static final String PING = "changeover.websocket.ping";
    static final String PONG = "changeover.websocket.pong";
    static final String MESSAGES_MAX = "changeover.websocket.messages.max";
    static final Set<String> NAMES = Set.of(PING, PONG, MESSAGES_MAX);
    /** As without any setting. */
    static final SessionTerms DEFAULT = new SessionTerms(Duration.ZERO, Duration.ofSeconds(20), 0);

    static SessionTerms of(SettingValues settings) {
        return new SessionTerms(settings.time(PING, DEFAULT.ping), settings.timeAboveZero(PONG, DEFAULT.pong), settings.count(MESSAGES_MAX, DEFAULT.messagesMax, 10_000_000));
    }
}
