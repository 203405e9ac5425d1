/** A Netty pipeline whose socket is a switched connection: for protocols whose codec is Netty's. Imports the SPI and Netty. Internal. */
package io.github.changeover.pipeline;
