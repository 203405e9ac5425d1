/**
 * TLS by upgrade (RFC 2817): off unless a path names it. TLS is the JDK's, the HTTP/1.1 inside is parsed by Netty's codec, and
 * requests after the first are served by way of the dispatcher. Internal.
 */
package io.github.changeover.tls;
