/** What the filters need of the entry point of the API. Not part of the API: applications use {@code io.github.changeover.Changeover}. */
package io.github.changeover.internal;
