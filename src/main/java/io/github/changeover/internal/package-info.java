/**
 * The offers of an application as the filters read them. Not part of the API: applications use {@code io.github.changeover.Changeover}.
 */
package io.github.changeover.internal;
