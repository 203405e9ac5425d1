/** The settings of an application: where they come from, their types, their defaults. A wrong value stops the deployment. */
package io.github.changeover.servlet.settings;
