/**
 * The test kit: for tests of protocols, handlers and the applications that offer them. Classifier {@code test-kit}; needs
 * Changeover's own JAR, the JDK and no test library.
 *
 * <p>{@link io.github.changeover.testkit.Wire} is a client that sends and sees bytes, over TCP or in memory.
 * {@link io.github.changeover.testkit.MemoryConnection} runs a handler, {@link io.github.changeover.testkit.MemoryServer} whole
 * protocols with their negotiation, both without a container. {@link io.github.changeover.testkit.Expect} says what an answer
 * should be. What is not as it should be is an {@link java.lang.AssertionError}.
 */
package io.github.changeover.testkit;
