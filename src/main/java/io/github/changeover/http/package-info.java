/**
 * The grammar of HTTP: one implementation of each part that several packages need. It depends on the JDK only, and every other package may use
 * it.
 *
 * <p>Tokens: {@link io.github.changeover.http.Token}. Comma-separated lists: {@link io.github.changeover.http.ListMembers} (all members) and
 * {@link io.github.changeover.http.FieldList} (parsed members, limited). Parameters and quoted strings:
 * {@link io.github.changeover.http.FieldScanner}. {@code Host}: {@link io.github.changeover.http.Authority}. {@code Connection} and the
 * hop-by-hop fields: {@link io.github.changeover.http.ConnectionField}, {@link io.github.changeover.http.HopByHopFields}. Text for a log line or
 * a page: {@link io.github.changeover.http.PrintableText}.
 *
 * <p>Input from a peer never causes an exception.
 */
package io.github.changeover.http;
