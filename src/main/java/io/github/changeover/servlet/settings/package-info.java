/** The settings of an application: their sources, their types, their defaults. A wrong value stops the deployment. */
package io.github.changeover.servlet.settings;
