/**
 * HTTP/2 over cleartext by upgrade (RFC 7540 section 3.2, deprecated by RFC 9113 section 3.1). Disabled unless the setting of a path
 * names it. Netty processes the frames. The dispatcher serves the requests after the first one. Internal.
 */
package io.github.changeover.h2c;
