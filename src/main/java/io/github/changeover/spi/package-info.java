/**
 * The interfaces that applications implement and use: a {@link io.github.changeover.spi.UpgradeProtocol protocol} that
 * decides about an offer, a {@link io.github.changeover.spi.ConnectionHandler handler} that sends and receives on
 * the {@link io.github.changeover.spi.SwitchedConnection switched connection}, and
 * {@link io.github.changeover.spi.Gate gates} that check a request before the protocol decides.
 *
 * <p>This package depends only on the JDK and on the internal package with the grammar of HTTP. Every type is immutable unless its documentation states otherwise.
 */
package io.github.changeover.spi;
