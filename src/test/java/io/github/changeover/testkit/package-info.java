/**
 * The test kit, for tests of protocols, of handlers and of the applications that offer them. It has the classifier
 * {@code test-kit} and needs the JAR of Changeover and the JDK, but no test library.
 *
 * <p>{@link io.github.changeover.testkit.Wire} is a client that sends and receives bytes, over TCP or in memory.
 * {@link io.github.changeover.testkit.MemoryConnection} runs a handler, and {@link io.github.changeover.testkit.MemoryServer}
 * runs complete protocols with their negotiation, both without a container. {@link io.github.changeover.testkit.InMemoryRelay} connects
 * several nodes in one JVM. {@link io.github.changeover.testkit.Expect} checks a response. A check that fails throws an {@link java.lang.AssertionError}.
 */
package io.github.changeover.testkit;
