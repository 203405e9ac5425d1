package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.settings.SettingValues;
import java.time.Duration;
import java.util.Set;

/**
 * The settings of open sessions.
 *
 * @param ping        the time without a byte in either direction after which the server sends a Ping; zero for never
 * @param pong        the time after a Ping within which any byte must arrive from the client
 * @param messagesMax the largest number of messages per second from a client; 0 for no limit
 */
record SessionSettings(Duration ping, Duration pong, int messagesMax) {
    static final String PING = "changeover.websocket.ping";
    static final String PONG = "changeover.websocket.pong";
    static final String MESSAGES_MAX = "changeover.websocket.messages.max";
    static final Set<String> NAMES = Set.of(PING, PONG, MESSAGES_MAX);
    /** The values if nothing is set. */
    static final SessionSettings DEFAULT = new SessionSettings(Duration.ZERO, Duration.ofSeconds(20), 0);

    static SessionSettings of(SettingValues settings) {
        return new SessionSettings(settings.time(PING, DEFAULT.ping), settings.timeAboveZero(PONG, DEFAULT.pong), settings.count(MESSAGES_MAX, DEFAULT.messagesMax, 10_000_000));
    }
}
