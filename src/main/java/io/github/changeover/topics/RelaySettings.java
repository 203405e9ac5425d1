package io.github.changeover.topics;

/**
 * The settings of the relay.
 *
 * @param kind     the value of {@code changeover.relay}
 * @param name     the beginning of all channel names, equal on all nodes of the application
 * @param signer   signs messages if there is a secret
 * @param queueMax bytes that may wait for the relay
 */
record RelaySettings(String kind, String name, RelayMessage.Signer signer, int queueMax) {
}
