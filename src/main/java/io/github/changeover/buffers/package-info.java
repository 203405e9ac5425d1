/** Pools of byte buffers, so that neither reading nor writing allocates large memory for each call. */
package io.github.changeover.buffers;
