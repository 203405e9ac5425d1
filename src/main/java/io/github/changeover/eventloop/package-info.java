/** Event loops: a few threads, each of which waits for many sockets and calls the connection whose socket is ready. Knows no container and no protocol. */
package io.github.changeover.eventloop;
