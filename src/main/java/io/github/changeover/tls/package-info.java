/**
 * TLS by upgrade (RFC 2817). Disabled unless the setting of a path names it. The JDK provides TLS. Netty's codec parses the
 * HTTP/1.1 inside. The dispatcher serves the requests after the first one. Internal.
 */
package io.github.changeover.tls;
