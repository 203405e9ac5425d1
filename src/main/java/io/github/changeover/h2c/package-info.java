/**
 * HTTP/2 over cleartext by upgrade (RFC 7540 section 3.2, deprecated by RFC 9113 section 3.1): off unless a path names it. The
 * frames are Netty's; requests after the first are served by way of the dispatcher. Internal.
 */
package io.github.changeover.h2c;
