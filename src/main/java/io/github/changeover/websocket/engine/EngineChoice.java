package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.settings.SettingValues;

/** The engine that serves WebSocket after the opening handshake has been checked: {@code changeover.websocket.engine}. */
enum EngineChoice {
    /** Tyrus, on the connections of Changeover. */
    OWN,
    /** The container's own engine. */
    CONTAINER;

    static final String SETTING = "changeover.websocket.engine";

    static EngineChoice of(SettingValues settings) {
        return settings.oneOf(SETTING, "own", "own", "container").equals("own") ? OWN : CONTAINER;
    }
}
