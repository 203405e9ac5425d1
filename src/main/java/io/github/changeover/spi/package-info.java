/**
 * What users implement and read: a {@link io.github.changeover.spi.UpgradeProtocol protocol} that
 * decides on an offer, a {@link io.github.changeover.spi.ConnectionHandler handler} that speaks on
 * the {@link io.github.changeover.spi.SwitchedConnection switched connection}, and
 * {@link io.github.changeover.spi.Gate gates} before both.
 *
 * <p>Only the JDK is imported here. Every type is immutable unless it says otherwise.
 */
package io.github.changeover.spi;
