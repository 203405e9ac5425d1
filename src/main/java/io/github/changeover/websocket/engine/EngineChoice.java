package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.SettingValues;

/** Who speaks WebSocket once the opening handshake has been checked: {@code changeover.websocket.engine}. */
enum EngineChoice {
    /** Tyrus, driven by us. */
    OWN,
    /** The container's own engine. */
    CONTAINER;

    static final String SETTING = "changeover.websocket.engine";

    static EngineChoice of(SettingValues settings) {
        return settings.one(SETTING, "own", "own", "container").equals("own") ? OWN : CONTAINER;
    }
}
