/** A Netty pipeline on top of a switched connection, for protocols with a codec of Netty. Depends on the SPI and Netty. Internal. */
package io.github.changeover.netty;
